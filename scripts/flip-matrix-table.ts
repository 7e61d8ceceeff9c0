import * as z from 'zod';
import type { PlannedEdge } from '../src/plan/schema.ts';
import { conclusive, reportedTrial, unmeasured } from './flip-trials.ts';

/** What changing the policy in one way cost in front of one balancer. Seconds of cluster time. */
export interface Cell {
  readonly policy: string;
  /** Why nothing was measured: `refused: …`, or what went wrong. Null: it was measured. */
  readonly reason: string | null;
  /** How often it was measured. Trials that this machine was too slow for are left out. */
  readonly repeats: number;
  /** Repeats in which no new connection failed and no stream was lost. */
  readonly clean: number;
  readonly failed: number;
  readonly sent: number;
  /** From the first to the last failed new connection, summed over the outages. */
  readonly failedSeconds: number;
  readonly streamsLost: number;
  readonly streams: number;
  /** From the first step's beginning to the last one's end; null: the patch alone. */
  readonly totalSeconds: number | null;
}

export interface Row {
  readonly preset: string;
  readonly cells: readonly Cell[];
}

const report = z.object({
  timeScale: z.number(),
  trials: z.array(
    reportedTrial.extend({
      disturbances: z.array(
        z.object({ kind: z.string(), outages: z.array(z.object({ lastedSeconds: z.number() })).nullable() }),
      ),
    }),
  ),
});
const moment = z.object({
  type: z.literal('disturbance'),
  trial: z.int(),
  kind: z.literal('flip'),
  at: z.enum(['begin', 'done']),
  t: z.number(),
});

/**
 * Why a trial has no figures, if that is a finding: it was refused, a step could not be taken, the policy to begin with or
 * the one to end with does not work there. With a late instrument beside it none of them is.
 */
const findings: readonly string[] = [
  'refused',
  'step-without-evidence',
  'no-steady-state',
  'never-recovered',
];

/**
 * The cells of one run: its report, and the lines of its history for how long each switchover took. A trial that is unknown
 * for another reason than the way itself (a late instrument) has none.
 */
export function cellsOf(json: unknown, history: readonly string[]): Cell[] {
  const { trials, timeScale } = report.parse(json);
  const moments = history.flatMap((line) => {
    if (!line.startsWith('{"type":"disturbance"')) return [];
    const { data } = moment.safeParse(JSON.parse(line));
    return data === undefined ? [] : [data];
  });
  return conclusive(trials, findings).map((trial) => {
    const { index, policy, requests, probes, disturbances } = trial;
    const at = (which: 'begin' | 'done') =>
      moments.find((one) => one.trial === index && one.at === which)?.t ?? null;
    const [begin, done] = [at('begin'), at('done')];
    const flip = disturbances.find(({ kind }) => kind === 'flip');
    return {
      policy,
      reason: unmeasured(trial),
      repeats: 1,
      clean: (probes.new?.failed ?? 0) === 0 && requests.lost === 0 ? 1 : 0,
      failed: probes.new?.failed ?? 0,
      sent: probes.new?.sent ?? 0,
      failedSeconds: (flip?.outages ?? []).reduce((sum, { lastedSeconds }) => sum + lastedSeconds, 0),
      streamsLost: requests.lost,
      streams: requests.started,
      totalSeconds:
        !policy.includes('/') || begin === null || done === null ? null : ((done - begin) * timeScale) / 1e9,
    };
  });
}

/** One row of the table for each preset and policy. */
export function matrixTable(rows: readonly Row[]): string {
  const head = [
    '| balancer | policy | new connections failed | for | streams lost | took | repeats that lost nothing |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ];
  return [...head, ...rows.flatMap(({ preset, cells }) => cells.map((cell) => line(preset, cell)))].join(
    '\n',
  );
}

function line(preset: string, cell: Cell): string {
  const { policy, reason, failed, sent, failedSeconds, streamsLost, streams, totalSeconds, repeats, clean } =
    cell;
  if (reason !== null) return `| \`${preset}\` | \`${policy}\` | ${reason} | - | - | - | - |`;
  const seconds = failed === 0 ? '-' : `${failedSeconds.toFixed(1)} s`;
  const took = totalSeconds === null ? 'one patch' : `${totalSeconds.toFixed(0)} s`;
  const counts = [`${failed} of ${sent}`, seconds, `${streamsLost} of ${streams}`, took];
  const cells = [...counts, `${clean} of ${repeats}`];
  return `| \`${preset}\` | \`${policy}\` | ${cells.join(' | ')} |`;
}

/** No time-out that decides may be shorter in real time: a new process beside it holds this machine up for about as long. */
const shortestMs = 300;

/**
 * As fast as the preset's own times allow, 20 at most: a target that fails all its checks in a row, and a connection that
 * it gives up, must be more than a short hold-up of the machine.
 */
export function timeScaleFor({
  checks,
  upstreamConnectTimeoutMs,
}: Pick<PlannedEdge, 'checks' | 'upstreamConnectTimeoutMs'>): number {
  const decides = Object.values(checks).map(
    ({ timeoutMs, unhealthyThreshold }) => timeoutMs * unhealthyThreshold,
  );
  const connects = upstreamConnectTimeoutMs === 0 ? [] : [upstreamConnectTimeoutMs];
  return Math.max(1, Math.min(20, Math.floor(Math.min(...decides, ...connects) / shortestMs)));
}

/**
 * Streams of 40 s, and of 60 s where a node that leaves is drained for less than that and then cut: each that is open on it
 * must outlast the drain, or none would show the cut. It begins up to 15 s before that: ramp, steady state, controller.
 */
export function streamSecondsFor({
  drainTimeoutMs,
  onRemoved,
}: Pick<PlannedEdge, 'drainTimeoutMs' | 'onRemoved'>): 40 | 60 {
  return onRemoved !== 'persist' && drainTimeoutMs > 0 && drainTimeoutMs <= 40_000 ? 60 : 40;
}
