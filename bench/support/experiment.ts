import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Report, report as reportSchema } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';
import { followTree } from './tree.ts';

interface Ran extends ReturnType<ReturnType<typeof followTree>['stop']> {
  readonly seconds: number;
  readonly trials: number;
  /** Trials without a valid result. */
  readonly unknown: number;
  readonly again: number;
}

/** What is made of a report's folder, which is gone afterwards. `seconds`: from the start of the run to its end. */
type ReadRun<T> = (folder: string, seconds: number) => T;

/** One `midflight run` with these arguments, from its start to its end. `started`: given its process, returns how it is read. */
export async function runInto<T>(args: readonly string[], started: (pid: number) => ReadRun<T>): Promise<T> {
  const out = mkdtempSync(join(tmpdir(), 'midflight-bench-'));
  const program = join(packageRoot(), 'dist', 'midflight.mjs');
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'run', ...args, '--quiet', '--force', '--out', out], {
    stdio: 'ignore',
  });
  const end = () => void child.kill();
  process.once('exit', end);
  try {
    const read = started(child.pid ?? 0);
    await once(child, 'close');
    return read(out, (performance.now() - began) / 1000);
  } finally {
    process.off('exit', end);
    rmSync(out, { recursive: true, force: true });
  }
}

export const reportIn = (folder: string): Report =>
  reportSchema.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));

/** Trials that were late beside others. */
export const ranAgain = ({ notices }: Report): number =>
  notices.filter((text) => text.includes('run again alone')).length;

/** The same, with what all of its processes have taken. */
export const ranExperiment = (args: readonly string[]): Promise<Ran> =>
  runInto(args, (pid) => {
    const using = followTree(pid);
    return (folder, seconds) => {
      const used = using.stop();
      const report = reportIn(folder);
      return {
        ...used,
        seconds,
        trials: report.trials.length,
        unknown: report.trials.filter(({ verdict }) => verdict === 'unknown').length,
        again: ranAgain(report),
      };
    };
  });
