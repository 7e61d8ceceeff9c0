import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MidflightError, messageOf } from '../../base/errors.ts';
import { packageRoot } from '../../base/package.ts';

/** Our own script as k6 reads it, bundled. */
export function ownScript(): string {
  return readFileSync(join(packageRoot(), 'dist', 'k6-script.js'), 'utf8');
}

/** `v1.8.1`. Throws `missing-requirement` if the program is no k6. */
export function k6Version(binary: string): string {
  try {
    const said = execFileSync(binary, ['version'], { encoding: 'utf8', timeout: 20_000 });
    const version = /\bv\d+\.\d+\.\d+\S*/.exec(said)?.[0];
    if (version !== undefined) return version;
    throw new Error(`it says ${said.trim().slice(0, 60)}`);
  } catch (error) {
    throw new MidflightError('missing-requirement', `${binary} is no k6 that runs here: ${messageOf(error)}`);
  }
}
