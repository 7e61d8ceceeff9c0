import * as z from 'zod';
import { monotonic } from '../src/base/clock.ts';
import { edgeRig, quickPreset, type Rig } from '../test/support/edge-rig.ts';
import type { Measured, Part, Row, Target } from './result.ts';
import { haproxy } from './support/haproxy.ts';
import { helper } from './support/helper.ts';
import { openFilesHere, requireFiles } from './support/limits.ts';
import { haproxyVersion } from './support/machine.ts';
import { at } from './support/stats.ts';
import { streamServer } from './support/streams.ts';
import { follow, withChildren } from './support/usage.ts';
import { gatherRecorder, launchRecorder, recorderConfig } from './tools/ours.ts';

const rampMs = 5000;
const streamSeconds = 15;
/** How long after the ramp to wait: whatever has not come by then never comes. */
const gatherMs = 4000;
const firstByteSeconds = 4;
const busySeconds = 3;

interface Way {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  pids(): readonly number[];
}

/** Streams through the edge, and through haproxy in its place: what each adds, bears and costs. */
export function edgePart(count: number): Part {
  return {
    name: `edge-${count}`,
    limitSeconds: 180,
    async run(progress) {
      const files = openFilesHere();
      requireFiles(count, files);
      const rig = await edgeRig({ nodes: 1, bindClientAddress: true }, (port) =>
        quickPreset(port, { onEjected: 'persist' }),
      );
      const node = { host: rig.nodes[0]?.address ?? '', port: rig.nodePort };
      const direct: Way = { name: 'direct', ...node, pids: () => [] };
      const edge: Way = {
        name: 'edge',
        host: rig.host,
        port: rig.port,
        pids: () => withChildren(rig.edge.pid),
      };
      const rows: Row[] = [];
      try {
        progress('edge');
        const edgeRow = await carried(edge, direct, count);
        rows.push({ ...edgeRow, figures: { ...edgeRow.figures, ...(await lateness(rig)) } });
        const busy = await busyFigures(edge, direct);
        if (haproxyVersion() === null) progress('haproxy left out: it is not installed');
        else {
          progress('haproxy');
          const listen = { host: neighbour(node.host, 3), port: node.port };
          const proxy = await haproxy(listen, node, count, files);
          const way: Way = { name: 'haproxy', ...listen, pids: () => proxy.pids };
          rows.push(await carried(way, direct, count));
          busy.push(...(await busyFigures(way, null)));
          await proxy.stop();
        }
        return measured(count, withBusy(rows, busy));
      } finally {
        await rig.stop();
      }
    },
  };
}

const neighbour = (host: string, last: number) => host.replace(/\d+$/, String(last));
const clientsOf = ({ host }: Way) => [11, 12, 13, 14].map((last) => neighbour(host, last));
const placeOf = ({ host, port }: Way) => `${host}:${port}`;
const firstBytes = z.object({ first: z.array(z.number()), second: z.array(z.number()) });

/** Holds this number of streams this way, and meanwhile asks both ways for a first byte in turn. */
async function carried(way: Way, direct: Way, count: number): Promise<Row> {
  const server = await streamServer({
    chunks: streamSeconds,
    intervalMs: 1000,
    host: direct.host,
    port: direct.port,
  });
  const using = follow(way.pids);
  const before = using.look().cpuSeconds;
  const job = { url: { host: way.host, port: way.port }, count, rampMs, streamSeconds };
  const recorder = await launchRecorder(recorderConfig(job, { localAddresses: clientsOf(way) }));
  const told = gatherRecorder(recorder);
  recorder.send({ type: 'begin' });
  await monotonic.sleep(rampMs + 1000);
  const until = performance.now() + gatherMs;
  let held = 0;
  while (held < count && performance.now() < until) {
    held = Math.max(held, (await server.seen()).inFlight);
    await monotonic.sleep(100);
  }
  const asked = firstBytes.parse(
    await helper('first-byte.ts', firstByteSeconds, clientsOf(way).join(','), placeOf(direct), placeOf(way)),
  );
  const { good, lost } = await told;
  const { cpuSeconds, peakMb } = using.stop();
  await recorder.stop();
  await server.stop();
  const [direct99, through99] = [at(0.99, asked.first), at(0.99, asked.second)];
  return {
    name: way.name,
    figures: {
      held,
      good,
      lost,
      cpuSeconds: cpuSeconds - before,
      peakMb,
      direct50: at(0.5, asked.first),
      direct99,
      through50: at(0.5, asked.second),
      through99,
      added99: direct99 === null || through99 === null ? null : through99 - direct99,
    },
  };
}

/** How late the edge's own health checks began. */
async function lateness(rig: Rig): Promise<Row['figures']> {
  await monotonic.sleep(2500); // its windows are of 2 s
  await rig.sync();
  const windows = rig.events.flatMap((event) => (event.type === 'lateness' ? [event] : []));
  return {
    checks: windows.reduce((sum, window) => sum + window.count, 0),
    checkLate99: Math.max(...windows.map((window) => window.p99Ms)),
    checkLateMax: Math.max(...windows.map((window) => window.maxMs)),
  };
}

interface Busy {
  readonly name: string;
  readonly connections: number;
  readonly megabytes: number;
}

async function busyFigures(way: Way, direct: Way | null): Promise<Busy[]> {
  const node = direct ?? { ...way, host: neighbour(way.host, 2) };
  const server = await streamServer({ chunks: 1, intervalMs: 1000, host: node.host, port: node.port });
  const all: Busy[] = [];
  for (const one of direct === null ? [way] : [direct, way]) {
    const from = clientsOf(one).join(',');
    const connections = await helper('busy-client.ts', 'connections', busySeconds, placeOf(one), from);
    const bytes = await helper('busy-client.ts', 'bytes', busySeconds, placeOf(one), from);
    all.push({ name: one.name, connections: Number(connections), megabytes: Number(bytes) / 1e6 });
  }
  await server.stop();
  return all;
}

function withBusy(rows: readonly Row[], busy: readonly Busy[]): Row[] {
  return busy.map(({ name, connections, megabytes }) => {
    const { figures = {} } = rows.find((row) => row.name === name) ?? {};
    return { name, figures: { ...figures, connections, megabytes } };
  });
}

function measured(count: number, rows: readonly Row[]): Measured {
  return {
    title: `Edge: ${count} streams through it, and through haproxy`,
    how: [
      `The recorder holds ${count} streams of ${streamSeconds} s through the edge, begun over 5 s; when all flow, another process asks for`,
      'a first byte in turn past it and through it, for 4 s. Its health checks go on every 100 ms. Then, without the streams, as',
      'many new connections, and as many bytes, as one client gets. haproxy in mode tcp does the same, in as many processes as',
      'the limit of open files asks for, as the edge does.',
    ],
    columns: [
      { key: 'held', title: 'held', digits: 0 },
      { key: 'lost', title: 'lost', digits: 0 },
      { key: 'cpuSeconds', title: 'CPU s', digits: 2 },
      { key: 'peakMb', title: 'peak MB', digits: 0 },
      { key: 'direct50', title: 'first byte past it p50 ms', digits: 2 },
      { key: 'direct99', title: 'p99 ms', digits: 2 },
      { key: 'through50', title: 'through it p50 ms', digits: 2 },
      { key: 'through99', title: 'p99 ms', digits: 2 },
      { key: 'added99', title: 'added at p99 ms', digits: 2 },
      { key: 'checkLate99', title: 'checks late p99 ms', digits: 1 },
      { key: 'checkLateMax', title: 'max ms', digits: 1 },
      { key: 'connections', title: 'new connections/s', digits: 0 },
      { key: 'megabytes', title: 'MB/s', digits: 0 },
    ],
    rows: [...rows],
    targets: targetsOf(count, rows.find(({ name }) => name === 'edge')?.figures ?? {}),
  };
}

function targetsOf(count: number, own: Row['figures']): Target[] {
  const figure = (what: string, key: string, limit: number, unit: string, kind: Target['kind']): Target => ({
    what: `edge, ${count} streams: ${what}`,
    measured: own[key] ?? null,
    limit,
    unit,
    kind,
  });
  return [
    figure('held at once', 'held', count, '', 'at-least'),
    figure('lost', 'lost', 0, '', 'at-most'),
    ...(count > 1000 ? [] : [figure('added to the first byte, p99', 'added99', 5, 'ms', 'at-most')]),
    // A check is due every few seconds; the history calls the edge late from 100 ms on.
    figure('its health checks late, p99', 'checkLate99', 100, 'ms', 'at-most'),
  ];
}
