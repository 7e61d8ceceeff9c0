import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import type { K6Config, LoadTarget } from '../../src/load/config.ts';
import { findK6 } from '../../src/load/k6/find.ts';
import { k6Version } from '../../src/load/k6/source.ts';
import { skipped } from './skip.ts';
import './bundles.ts';

/** The k6 of this machine; null, with the skip told, where there is none. */
export function k6Here(what: string): string | null {
  const found = findK6(process.env);
  if (found === null) skipped('k6', what, 'no k6 in PATH (go install go.k6.io/k6@v1.8.1)');
  return found;
}

export function k6At(binary: string, target: LoadTarget, more: Partial<K6Config> = {}): K6Config {
  execFileSync(process.execPath, [join(packageRoot(), 'scripts', 'build.mjs'), 'k6'], { stdio: 'inherit' });
  return {
    role: 'k6',
    load: 'k6',
    trial: 0,
    target,
    localAddresses: [],
    binary,
    version: k6Version(binary),
    script: readFileSync(join(packageRoot(), 'dist', 'k6-script.js'), 'utf8'),
    file: null,
    own: true,
    vus: 1,
    durationMs: 300,
    intervalMs: 100,
    rate: null,
    keepAlive: false,
    expectStatus: 200,
    idPrefix: '0-k6-',
    ...more,
  };
}
