import { join } from 'node:path';
import { type ChildHandle, launchChild } from '../src/base/child.ts';
import { monotonic } from '../src/base/clock.ts';
import { packageRoot, roleBundle } from '../src/base/package.ts';
import { nsPerMs } from '../src/base/units.ts';
import type { ProbeConfig } from '../src/load/config.ts';
import type { LoadCommand } from '../src/load/protocol.ts';
import { probeProtocol } from '../src/load/reports.ts';
import type { Measured, Part, Row } from './result.ts';
import { openFilesHere, requireFiles } from './support/limits.ts';
import { measuredOutage, type Outage, outage, type Probed } from './support/measured-outage.ts';
import { at } from './support/stats.ts';
import { streamServer } from './support/streams.ts';
import { gatherRecorder, launchRecorder, recorderConfig } from './tools/ours.ts';
import { toolProcess } from './tools/process.ts';

/** Real milliseconds; each is measured so often. */
const outages = [50, 50, 50, 1500, 1500, 1500, 10_000];
const gapMs = 1000;
const rate = 100;
const rampMs = 5000;

type Step = readonly [name: string, lengths: readonly number[], streams: number, kill: boolean];

/** Known outages of one server, measured by the probe while the recorder holds streams of another. */
export function probePart(count: number): Part {
  return partOf(`probe-${count}`, count, [
    ['alone', [50, 1500], 0, false],
    [`beside ${count} streams`, outages, count, false],
    [`while ${count} streams die`, [1500], count, true],
  ]);
}

/** The longest outage, which takes its time. */
export function longProbePart(count: number): Part {
  return partOf(`probe-long-${count}`, count, [[`beside ${count} streams`, [60_000], count, false]]);
}

function partOf(name: string, count: number, steps: readonly Step[]): Part {
  return {
    name,
    limitSeconds: 150,
    async run(progress) {
      requireFiles(count, openFilesHere());
      const rows: Row[] = [];
      for (const step of steps) {
        progress(step[0]);
        rows.push(...(await measure(...step)));
      }
      return measured(count, rows);
    },
  };
}

/** One row for each length of outage. `kill`: the streams' server is killed as the outage begins. */
async function measure(
  name: string,
  lengths: readonly number[],
  streams: number,
  kill: boolean,
): Promise<Row[]> {
  const beside = streams === 0 ? null : await holdStreams(streams);
  const server = await outageServer();
  const probing = await launchProbe(server.port);
  await monotonic.sleep(gapMs);
  const truths: Outage[] = [];
  for (const ms of lengths) {
    if (kill) beside?.kill();
    truths.push(await server.beAway(ms));
    await monotonic.sleep(gapMs);
  }
  const { probes, latenessMs } = await probing.finish();
  await server.stop();
  await beside?.stop();
  const lateness = { latenessP99: at(0.99, latenessMs), latenessMax: Math.max(...latenessMs) };
  return [...new Set(lengths)].map((length) => {
    const errors = truths
      .filter((_, index) => lengths[index] === length)
      .map((truth) => {
        const said = measuredOutage(probes, truth, (gapMs / 2) * nsPerMs);
        return said === null ? Number.NaN : said - (truth.to - truth.from) / nsPerMs;
      });
    const worst = Math.max(...errors.map(Math.abs));
    return {
      name: `${name}, ${length / 1000} s`,
      figures: { times: errors.length, errorMax: Number.isNaN(worst) ? null : worst, ...lateness },
    };
  });
}

/** Streams that outlast every outage, all past their first chunk. */
async function holdStreams(count: number) {
  const streamSeconds = 90;
  const server = await streamServer({ chunks: streamSeconds, intervalMs: 1000 });
  const url = { host: '127.0.0.1', port: server.port };
  const recorder = await launchRecorder(recorderConfig({ url, count, rampMs, streamSeconds }));
  const told = gatherRecorder(recorder);
  recorder.send({ type: 'begin' });
  const until = performance.now() + rampMs + 5000;
  while ((await server.seen()).inFlight < count && performance.now() < until) await monotonic.sleep(100);
  return {
    kill: () => server.kill(),
    async stop() {
      recorder.send({ type: 'cancel' });
      await told;
      await recorder.stop();
      await server.stop();
    },
  };
}

async function outageServer() {
  const said: ((line: string) => void)[] = [];
  const line = () => new Promise<string>((resolve) => said.push(resolve));
  const first = line();
  const file = join(packageRoot(), 'bench', 'support', 'outage-server.ts');
  const child = toolProcess(process.execPath, ['--import', 'tsx', file], (text) => said.shift()?.(text));
  const { port } = JSON.parse(await first);
  return {
    port: Number(port),
    async beAway(ms: number): Promise<Outage> {
      const answer = line();
      child.write(`${JSON.stringify({ ms })}\n`);
      return outage.parse(JSON.parse(await answer));
    },
    stop: child.stop,
  };
}

async function launchProbe(port: number) {
  const handle = await launchChild({
    command: process.execPath,
    args: [roleBundle('probe')],
    protocol: probeProtocol,
    name: 'probe',
    config: probeConfig(port),
  });
  const due = new Map<string, number>();
  const probes: Probed[] = [];
  const latenessMs: number[] = [];
  const idle = new Promise<void>((resolve) => {
    handle.onMessage((message) => {
      if (message.type === 'start') {
        due.set(message.id, message.dueAt);
        latenessMs.push((message.t - message.dueAt) / nsPerMs);
      } else if (message.type === 'end')
        probes.push({ dueAt: due.get(message.id) ?? 0, ok: message.outcome === 'completed' });
      else if (message.type === 'idle') resolve();
    });
  });
  handle.send({ type: 'begin' });
  return { finish: () => finishProbe(handle, idle).then(() => ({ probes, latenessMs })) };
}

async function finishProbe(handle: ChildHandle<LoadCommand>, idle: Promise<void>): Promise<void> {
  handle.send({ type: 'quiesce' });
  await idle;
  await handle.stop();
}

const probeConfig = (port: number): ProbeConfig => ({
  role: 'probe',
  load: 'probe',
  trial: 0,
  target: { host: '127.0.0.1', port, tls: false, hostname: 'app', path: '/', headers: {}, insecure: false },
  localAddresses: [],
  rate,
  lanes: ['new'],
  http: '1.1',
  family: 0,
  timeoutMs: 1000,
  holdMs: 1000,
  expectStatus: 200,
  idPrefix: '0-probe-',
  untrustedLatenessMs: 20,
});

function measured(count: number, rows: readonly Row[]): Measured {
  return {
    title: `Probe: known outages beside ${count} streams`,
    how: [
      `${rate} probes a second, each on a connection of its own, of a server that stops listening for a time it reports; an outage`,
      'runs from the due time of the first probe that fails to that of the first good one after the last, so 10 ms are its',
      `resolution. Beside it the recorder holds ${count} streams of another server; in the last row that server is killed as the`,
      'outage begins. The error is the largest of its repeats.',
    ],
    columns: [
      { key: 'times', title: 'times', digits: 0 },
      { key: 'errorMax', title: 'largest error ms', digits: 1 },
      { key: 'latenessP99', title: 'probe late p99 ms', digits: 1 },
      { key: 'latenessMax', title: 'max ms', digits: 1 },
    ],
    rows: [...rows],
    targets: rows
      .filter(({ name }) => !name.startsWith('alone'))
      .map(({ name, figures }) => ({
        what: `error of an outage, ${name}`,
        measured: figures.errorMax ?? null,
        limit: 20,
        unit: 'ms',
        kind: 'at-most',
      })),
  };
}
