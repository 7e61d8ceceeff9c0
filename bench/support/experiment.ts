import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';
import { followTree } from './tree.ts';

interface Ran extends ReturnType<ReturnType<typeof followTree>['stop']> {
  readonly seconds: number;
  readonly trials: number;
  /** Trials without a valid result. */
  readonly unknown: number;
  readonly again: number;
}

/** One `midflight run` with these arguments, from its start to its end. */
export async function ranExperiment(args: readonly string[]): Promise<Ran> {
  const out = mkdtempSync(join(tmpdir(), 'midflight-bench-'));
  const program = join(packageRoot(), 'dist', 'midflight.mjs');
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'run', ...args, '--quiet', '--force', '--out', out], {
    stdio: 'ignore',
  });
  const using = followTree(child.pid ?? 0);
  const end = () => void child.kill();
  process.once('exit', end);
  try {
    await once(child, 'close');
    const seconds = (performance.now() - began) / 1000;
    const { trials, notices } = reportSchema.parse(
      JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')),
    );
    return {
      ...using.stop(),
      seconds,
      trials: trials.length,
      unknown: trials.filter(({ verdict }) => verdict === 'unknown').length,
      again: notices.filter((text) => text.includes('run again alone')).length,
    };
  } finally {
    using.stop();
    process.off('exit', end);
    rmSync(out, { recursive: true, force: true });
  }
}
