import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { dependencyVersion } from '../../src/base/package.ts';
import { findK6 } from '../../src/load/k6/find.ts';

/** What the figures depend on. */
interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly tools: Readonly<Record<string, string>>;
}

/** The first match in what a program says of itself; null where it is not installed. Some exit with 1 and say it. */
function said(program: string, args: readonly string[], pattern: RegExp): string | null {
  let text: string;
  try {
    text = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if (!(error instanceof Error) || !('stdout' in error) || !('stderr' in error)) return null;
    text = `${String(error.stdout)}${String(error.stderr)}`;
  }
  return pattern.exec(text)?.[1] ?? null;
}

export const wrkVersion = () => said('wrk', ['-v'], /wrk (\S+)/);
export const haproxyVersion = () => said('haproxy', ['-v'], /version (\S+)/);

export function machineHere(): Machine {
  const k6 = findK6(process.env);
  const tools = {
    k6: k6 === null ? null : said(k6, ['version'], /k6 (\S+)/),
    autocannon: dependencyVersion('autocannon'),
    wrk: wrkVersion(),
    haproxy: haproxyVersion(),
  };
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    tools: Object.fromEntries(
      Object.entries(tools).map(([name, version]) => [name, version ?? 'not installed']),
    ),
  };
}

const times = () => {
  const all = cpus().flatMap((core) => Object.entries(core.times));
  const idle = all.reduce((sum, [name, ms]) => sum + (name === 'idle' ? ms : 0), 0);
  return { idle, all: all.reduce((sum, [, ms]) => sum + ms, 0) };
};

/** Whether this process runs under SCHED_FIFO or SCHED_RR. Source: `policy`, field 41 of /proc/PID/stat, proc_pid_stat(5). */
export function isRealTime(): boolean {
  const [, after = ''] = /.*\)\s(.*)/s.exec(readFileSync('/proc/self/stat', 'utf8')) ?? [];
  return ['1', '2'].includes(after.split(' ')[41 - 3] ?? '');
}

/** The share of all cores that others take, while nothing of ours runs. */
export async function busyShare(ms = 1000): Promise<number> {
  const before = times();
  await sleep(ms);
  const after = times();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}
