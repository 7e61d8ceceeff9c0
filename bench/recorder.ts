import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monotonic } from '../src/base/clock.ts';
import { packageRoot, roleBundle } from '../src/base/package.ts';
import { launchChild } from '../src/providers/child.ts';

/*
 * What the recorder costs and how soon it tells: `node --import tsx bench/recorder.ts 10000 whole|kill`.
 * 10 s streams of one chunk a second over a 5 s ramp; `kill` ends the server by SIGKILL when all are in flight.
 */

/** CPU seconds and peak memory (MB) of a process, from /proc. */
function usage(pid: number): { cpuSeconds: number; rssMb: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuSeconds: ticks / 100, rssMb: Math.round(Number(peak) / 1024) };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return Math.round((sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN) * 10) / 10;
}

const count = Number(process.argv[2] ?? 1000);
const kill = process.argv[3] === 'kill';
const server = spawn(
  process.execPath,
  ['--import', 'tsx', join(packageRoot(), 'bench/support/stream-server.ts'), '10', '1000'],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const [port] = await once(server.stdout, 'data');
const target = {
  host: '127.0.0.1',
  port: Number(port),
  tls: false,
  hostname: 'app',
  path: '/',
  headers: {},
  insecure: false,
};
const handle = await launchChild({
  command: process.execPath,
  args: [...(process.env.NODE_ARGS?.split(' ') ?? []), roleBundle('recorder')],
  role: 'recorder',
  name: 'recorder',
  config: {
    role: 'recorder',
    load: 'slow',
    trial: 0,
    target,
    localAddresses: [],
    concurrency: count,
    app: { durationMs: 10_000, intervalMs: 1000, chunkSize: 128, bodySize: 0 },
    rampMs: 5000,
    stallMs: 20_000,
    connectTimeoutMs: 19_000,
    renew: false,
    expectStatus: 200,
    idPrefix: '0-slow-',
  },
});
const starts: number[] = [];
const ends: { at: number; t: number }[] = [];
const outcomes: Record<string, number> = {};
const windows: unknown[] = [];
let killedAt = 0;
const over = new Promise<void>((resolve) => {
  handle.onMessage((message) => {
    if (message.type === 'start') starts.push((Number(message.t) - Number(message.dueAt)) / 1e6);
    else if (message.type === 'end') {
      ends.push({ at: monotonic.now(), t: Number(message.t) });
      outcomes[String(message.outcome)] = (outcomes[String(message.outcome)] ?? 0) + 1;
    } else if (message.type === 'lateness') windows.push([message.count, message.p99Ms, message.maxMs]);
    else if (message.type === 'progress' && kill && killedAt === 0 && message.pastFirstChunk === count) {
      killedAt = -1;
      setTimeout(() => {
        killedAt = monotonic.now();
        server.kill('SIGKILL');
      }, 2000);
    } else if (message.type === 'idle') resolve();
  });
});
handle.send({ type: 'begin' });
await over;
const { cpuSeconds, rssMb } = usage(handle.pid);
const since = (pick: (end: { at: number; t: number }) => number) =>
  ends.map((end) => (pick(end) - killedAt) / 1e6);
console.log(
  JSON.stringify({
    count,
    outcomes,
    cpuSeconds,
    rssMb,
    lateness: { p99: quantile(starts, 0.99), max: quantile(starts, 1) },
    ...(kill
      ? {
          classified: {
            p50: quantile(
              since((end) => end.t),
              0.5,
            ),
            p99: quantile(
              since((end) => end.t),
              0.99,
            ),
          },
          recorded: {
            p50: quantile(
              since((end) => end.at),
              0.5,
            ),
            p99: quantile(
              since((end) => end.at),
              0.99,
            ),
          },
        }
      : {}),
    windows: windows.length,
  }),
);
await handle.stop();
server.stdin.end();
server.kill('SIGKILL');
