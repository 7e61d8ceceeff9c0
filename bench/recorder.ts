import { monotonic } from '../src/base/clock.ts';
import { nsPerMs } from '../src/base/units.ts';
import type { Measured, Part, Row, Target } from './result.ts';
import { openFilesHere, requireFiles } from './support/limits.ts';
import { at, ratio } from './support/stats.ts';
import { type StreamServer, streamServer } from './support/streams.ts';
import { follow } from './support/usage.ts';
import { autocannon } from './tools/autocannon.ts';
import { bare } from './tools/bare.ts';
import { k6, k6Sums } from './tools/k6.ts';
import { ours } from './tools/ours.ts';
import type { Running, Tool } from './tools/tool.ts';
import { wrk } from './tools/wrk.ts';

const tools: readonly Tool[] = [ours, bare, k6, k6Sums, autocannon, wrk];
/** The figures to reach are ratios of these. How many times they take turns: a machine's pace differs from run to run. */
const compared = [ours, bare, k6];
const turns = (tool: Tool, count: number) => (compared.includes(tool) && count >= 10_000 ? 5 : 1);
/** Of these the worst turn counts, of all others the middle one. */
const worst = ['falseDrops', 'missedDrops'];
const rampMs = 5000;
const streamSeconds = 10;
/** How long all have been in flight when the server is killed. */
const settleMs = 1500;
/** If no more came for this long, none will. */
const stuckMs = 2500;
/** By then all are in flight, or never: k6 needs seconds for its users before the first begins. */
const startMs = 40_000;
/** What has not been reported this long after the kill never will be. */
const tellMs = 10_000;

/** 10 s streams of one chunk a second, held by each tool in turn; then held again, and the server killed. */
export function recorderPart(count: number): Part {
  return {
    name: `recorder-${count}`,
    limitSeconds: 900,
    async run(progress) {
      requireFiles(count, openFilesHere());
      const there = tools.filter((tool) => {
        const missing = tool.missing();
        if (missing !== null) progress(`${tool.name} left out: ${missing}`);
        return missing === null;
      });
      const figures = new Map<Tool, Row['figures'][]>(there.map((tool) => [tool, []]));
      for (let turn = 0; turn < Math.max(...there.map((tool) => turns(tool, count))); turn += 1)
        for (const tool of there.filter((one) => turn < turns(one, count))) {
          progress(`${tool.name}: ${count} streams, turn ${turn + 1}`);
          const whole = await held(tool, count);
          const killed = tool.wholeOnly === true ? {} : await cut(tool, count);
          figures.get(tool)?.push({ ...whole, ...killed });
        }
      const rows = there.map((tool) => ({ name: tool.name, figures: middle(figures.get(tool) ?? []) }));
      return measured(count, rows);
    },
  };
}

/** Several turns of one tool as one row. */
function middle(turnsOfOne: readonly Row['figures'][]): Row['figures'] {
  const keys = Object.keys(turnsOfOne[0] ?? {});
  const of = (key: string) => {
    const values = turnsOfOne.flatMap((figures) => figures[key] ?? []);
    return at(worst.includes(key) ? 1 : 0.5, values);
  };
  return { turns: turnsOfOne.length, ...Object.fromEntries(keys.map((key) => [key, of(key)])) };
}

/** Every stream is served whole: what is called lost is a false drop. */
async function held(tool: Tool, count: number): Promise<Row['figures']> {
  const server = await streamServer({ chunks: streamSeconds, intervalMs: 1000 });
  const running = await started(tool, server, count);
  const using = follow(() => [running.pid]);
  const told = await running.told;
  const { cpuSeconds, peakMb } = using.stop();
  const { whole } = await server.seen();
  await running.stop();
  await server.stop();
  const late = told.latenessMs;
  return {
    cpuSeconds,
    peakMb,
    latenessP50: late === null ? null : at(0.5, late),
    latenessP99: late === null ? null : at(0.99, late),
    good: told.good ?? whole,
    falseDrops: told.lost,
  };
}

/** All are in flight when the server's process dies: what is not called lost is a missed drop. */
async function cut(tool: Tool, count: number): Promise<Row['figures']> {
  const server = await streamServer({ chunks: streamSeconds, intervalMs: 1000 });
  const running = await started(tool, server, count);
  await allInFlight(server, count);
  await monotonic.sleep(settleMs);
  const { inFlight } = await server.seen();
  const killedAt = monotonic.now();
  server.kill();
  const hurry = setTimeout(() => running.hurry(), tellMs);
  const giveUp = setTimeout(() => void running.stop(), 2 * tellMs);
  const told = await running.told;
  clearTimeout(hurry);
  clearTimeout(giveUp);
  await running.stop();
  await server.stop();
  const times = told.lostAt?.map((t) => (t - killedAt) / nsPerMs) ?? [];
  return {
    inFlight,
    killFirst: at(0, times),
    killP50: at(0.5, times),
    killP99: at(0.99, times),
    missedDrops: told.lost === null ? null : Math.max(0, inFlight - told.lost),
  };
}

const started = (tool: Tool, { port }: StreamServer, count: number): Promise<Running> =>
  tool.start({ url: { host: '127.0.0.1', port }, count, rampMs, streamSeconds });

/** Waits until all are in flight, or no more come (a full backlog holds some back for seconds, and those end). */
async function allInFlight(server: StreamServer, count: number): Promise<void> {
  const until = performance.now() + startMs;
  let most = { inFlight: 0, at: performance.now() };
  while (performance.now() < until) {
    const { inFlight } = await server.seen();
    const now = performance.now();
    if (inFlight >= count) return;
    if (inFlight > most.inFlight) most = { inFlight, at: now };
    if (most.inFlight > 0 && now - most.at > stuckMs) return;
    await monotonic.sleep(100);
  }
}

const columns = [
  { key: 'turns', title: 'turns', digits: 0 },
  { key: 'cpuSeconds', title: 'CPU s', digits: 2 },
  { key: 'peakMb', title: 'peak MB', digits: 0 },
  { key: 'latenessP50', title: 'start late p50 ms', digits: 1 },
  { key: 'latenessP99', title: 'p99 ms', digits: 1 },
  { key: 'good', title: 'called good', digits: 0 },
  { key: 'falseDrops', title: 'false drops', digits: 0 },
  { key: 'inFlight', title: 'in flight at the kill', digits: 0 },
  { key: 'killFirst', title: 'kill to record first ms', digits: 0 },
  { key: 'killP50', title: 'p50 ms', digits: 0 },
  { key: 'killP99', title: 'p99 ms', digits: 0 },
  { key: 'missedDrops', title: 'missed drops', digits: 0 },
];

function measured(count: number, rows: readonly Row[]): Measured {
  return {
    title: `Recorder: ${count} concurrent streams`,
    how: [
      'Each tool in turn, against one server process, holds this number of streams of 10 s with a chunk each second; ours and k6',
      'begin them over 5 s, autocannon and wrk know no ramp. Then the same again, and the server is ended by SIGKILL when all',
      'have been in flight for 1.5 s. "kill to record" ends when the loss of a stream is known outside of the tool; wrk reports',
      'sums only. Where a tool had several turns, this table has the middle of each figure, and the worst of its drops. "k6"',
      'writes a record of each request as ours does (`--out json`), "k6, no record" does not. "bare Node sockets" is no tool',
      'but the floor under every client on Node.js: it reads and counts, parses nothing, has no time-outs and reports nothing',
      'before its end.',
    ],
    columns,
    rows: [...rows],
    targets: count === 10_000 ? targetsOf(rows) : [],
  };
}

function targetsOf(rows: readonly Row[]): Target[] {
  const of = (name: string, key: string) => rows.find((row) => row.name === name)?.figures[key] ?? null;
  const own = (key: string) => of('midflight', key);
  const atMost = (what: string, measured: number | null, limit: number, unit: string): Target => ({
    what: `10,000 streams: ${what}`,
    measured,
    limit,
    unit,
    kind: 'at-most',
    ...(measured === null ? { note: 'k6 is not installed' } : {}),
  });
  const floor = (key: string) => of('bare Node sockets', key);
  const beside = (one: Target, text: string, value: number | null): Target =>
    one.note === undefined && value !== null ? { ...one, note: text } : one;
  const cpuFloor = ratio(floor('cpuSeconds'), of('k6', 'cpuSeconds'));
  const killFloor = floor('killP99');
  return [
    atMost('false drops', own('falseDrops'), 0, ''),
    atMost('missed drops', own('missedDrops'), 0, ''),
    beside(
      atMost('CPU against k6', ratio(own('cpuSeconds'), of('k6', 'cpuSeconds')), 0.3, 'x'),
      `bare Node sockets: ${cpuFloor?.toFixed(3)}x`,
      cpuFloor,
    ),
    atMost('memory against k6', ratio(own('peakMb'), of('k6', 'peakMb')), 0.15, 'x'),
    atMost('start lateness p99', own('latenessP99'), 20, 'ms'),
    beside(
      atMost('all killed, until each loss is recorded, p99', own('killP99'), 300, 'ms'),
      `bare Node sockets: ${killFloor?.toFixed(0)} ms; k6: ${of('k6', 'killP99')?.toFixed(0) ?? '-'} ms`,
      killFloor,
    ),
  ];
}
