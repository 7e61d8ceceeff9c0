import { monotonic } from '../src/base/clock.ts';
import type { Measured, Part, Row } from './result.ts';
import { openFilesHere, requireFiles } from './support/limits.ts';
import { at } from './support/stats.ts';
import { type StreamServer, streamServer } from './support/streams.ts';
import { follow } from './support/usage.ts';
import { gatherRecorder, launchRecorder, recorderConfig } from './tools/ours.ts';

const rampMs = 15_000;
const streamSeconds = 30;
const settleMs = 1500;
/** Ports of one source address towards one server: 28,231 by default (ip_local_port_range). */
const perAddress = 7500;

/** More streams than one process may have files, or one address ports: several recorders, each with several addresses. */
export function manyPart(count: number): Part {
  return {
    name: `many-${count}`,
    limitSeconds: 180,
    async run(progress) {
      const files = openFilesHere();
      const processes = Math.ceil(count / Math.min(15_000, files - 500));
      const each = Math.ceil(count / processes);
      requireFiles(each, files);
      progress(`${processes} recorders of ${each} streams`);
      const whole = await hold(processes, each, false);
      progress('the same, killed');
      const killed = await hold(processes, each, true);
      return measured(count, processes, [
        { name: `midflight, ${processes} recorders`, figures: { ...killed, ...whole } },
      ]);
    },
  };
}

/** `kill`: all servers are ended when all streams are in flight. */
async function hold(processes: number, each: number, kill: boolean): Promise<Row['figures']> {
  const all = await Promise.all(Array.from({ length: processes }, (_, index) => launch(index, each)));
  const using = follow(() => all.map(({ recorder }) => recorder.pid));
  for (const { recorder } of all) recorder.send({ type: 'begin' });
  let killedAt = Number.NaN;
  let inFlight = Number.NaN;
  if (kill) {
    const until = performance.now() + rampMs + 8000;
    const flowing = async () => {
      const seen = await Promise.all(all.map(({ server }) => server.seen()));
      return seen.reduce((sum, one) => sum + one.inFlight, 0);
    };
    while ((await flowing()) < processes * each && performance.now() < until) await monotonic.sleep(100);
    await monotonic.sleep(settleMs);
    inFlight = await flowing();
    killedAt = monotonic.now();
    for (const { server } of all) server.kill();
  }
  const told = await Promise.all(all.map((one) => one.told));
  const { cpuSeconds, peakMb } = using.stop();
  await Promise.all(all.flatMap(({ recorder, server }) => [recorder.stop(), server.stop()]));
  const lost = told.reduce((sum, one) => sum + (one.lost ?? 0), 0);
  const late = told.flatMap(({ latenessMs }) => latenessMs ?? []);
  if (kill) {
    const times = told.flatMap(({ lostAt }) => (lostAt ?? []).map((t) => (t - killedAt) / 1e6));
    return {
      killP50: at(0.5, times),
      killP99: at(0.99, times),
      missedDrops: Math.max(0, inFlight - lost),
    };
  }
  const good = told.reduce((sum, one) => sum + (one.good ?? 0), 0);
  return { cpuSeconds, peakMb, latenessP99: at(0.99, late), good, falseDrops: lost };
}

interface Pair {
  readonly server: StreamServer;
  readonly recorder: Awaited<ReturnType<typeof launchRecorder>>;
  readonly told: ReturnType<typeof gatherRecorder>;
}

async function launch(index: number, count: number): Promise<Pair> {
  const server = await streamServer({ chunks: streamSeconds, intervalMs: 1000 });
  const url = { host: '127.0.0.1', port: server.port };
  const localAddresses = Array.from(
    { length: Math.ceil(count / perAddress) },
    (_, one) => `127.0.${1 + index}.${1 + one}`,
  );
  const config = recorderConfig({ url, count, rampMs, streamSeconds }, { localAddresses });
  const recorder = await launchRecorder({ ...config, idPrefix: `${index}-slow-` });
  return { server, recorder, told: gatherRecorder(recorder) };
}

function measured(count: number, processes: number, rows: readonly Row[]): Measured {
  const own = rows[0]?.figures ?? {};
  return {
    title: `${count} concurrent streams`,
    how: [
      `${count} streams of ${streamSeconds} s, begun over ${rampMs / 1000} s by ${processes} recorders, each with its own server and source addresses of its own:`,
      'one process may not have that many open files here, nor one address that many ports. Then again, and all servers are',
      'ended by SIGKILL.',
    ],
    columns: [
      { key: 'cpuSeconds', title: 'CPU s', digits: 2 },
      { key: 'peakMb', title: 'peak MB', digits: 0 },
      { key: 'latenessP99', title: 'start late p99 ms', digits: 1 },
      { key: 'good', title: 'called good', digits: 0 },
      { key: 'falseDrops', title: 'false drops', digits: 0 },
      { key: 'killP50', title: 'kill to record p50 ms', digits: 0 },
      { key: 'killP99', title: 'p99 ms', digits: 0 },
      { key: 'missedDrops', title: 'missed drops', digits: 0 },
    ],
    rows: [...rows],
    targets: (['falseDrops', 'missedDrops'] as const).map((key) => ({
      what: `${count} streams: ${key === 'falseDrops' ? 'false drops' : 'missed drops'}`,
      measured: own[key] ?? null,
      limit: 0,
      unit: '',
      kind: 'at-most' as const,
    })),
  };
}
