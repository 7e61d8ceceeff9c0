import { lowerBound } from '../../base/ascending.ts';
import type { Nanoseconds } from '../../base/units.ts';
import { type DisturbanceKind, isPartOf } from '../../catalogue/disturbances.ts';
import type { FaultMeaning } from '../../history/schema.ts';
import type { Timeline } from '../clocks/probes.ts';
import type { TrialRecord } from '../records.ts';

/** Something that may cost requests, and the time that is its own. */
export interface Disturbance {
  readonly kind: DisturbanceKind;
  readonly name: string;
  /** The first of its nodes; null: it hits none. */
  readonly node: string | null;
  /** All nodes that it hits at once. */
  readonly nodes: readonly string[];
  /** A fault that takes pods: which part of the workload they are of. */
  readonly podKilled: 'ingress' | 'app' | null;
  /** The pods that it takes by name; null: the history does not name them, or it takes no pods. */
  readonly pods: readonly string[] | null;
  /** What the fault means that this is, or gives notice of; null: it is no part of a fault. */
  readonly fault: FaultMeaning | null;
  /** Right before it was done. */
  readonly at: Nanoseconds;
  /** When all of it was done: a switchover takes its steps until then, whatever else comes meanwhile. Null: it was never seen. */
  readonly doneAt: Nanoseconds | null;
  /** The next disturbance, the recovery, or the end of the trial. */
  readonly until: Nanoseconds;
  /** The recovery or the end of the trial: what it failed may be seen while the next one goes on. */
  readonly end: Nanoseconds;
  /** The next disturbance of one of its nodes, or `end`: what the others hit leaves the clocks of these nodes alone. */
  readonly untilOwn: Nanoseconds;
  readonly recoverAt: Nanoseconds | null;
  readonly endedBy: 'disturbance' | 'recovery' | 'end';
  /** How many pods or nodes it took; null: not known. 0: it had no effect. */
  readonly affected: number | null;
}

/**
 * When what the trial had changed began to be undone, the steps of a switchover as well: what that does to the balancer is no
 * part of the trial.
 */
export const undoneAt = ({ phases }: Pick<TrialRecord, 'phases'>): Nanoseconds =>
  phases.find(({ phase }) => phase === 'recover')?.t ?? Number.POSITIVE_INFINITY;

/** The disturbances, in order. `meaning`: the trial's fault's. `lastSeen`: the last instant that the trial knows of. */
export function disturbancesOf(
  trial: TrialRecord,
  meaning: FaultMeaning | null,
  lastSeen: Nanoseconds,
): Disturbance[] {
  const begins = trial.disturbances.filter((event) => event.at === 'begin').sort((a, b) => a.t - b.t);
  const recover = trial.disturbances.find((event) => event.at === 'recover');
  const last = recover === undefined ? Math.min(lastSeen, undoneAt(trial)) : lastSeen;
  return begins.map((begin, index) => {
    const next = begins[index + 1];
    const candidates: [Nanoseconds, Disturbance['endedBy']][] = [[last, 'end']];
    if (recover !== undefined) candidates.push([recover.t, 'recovery']);
    const [end] = candidates.reduce((least, one) => (one[0] <= least[0] ? one : least));
    if (next !== undefined) candidates.push([next.t, 'disturbance']);
    const [until, endedBy] = candidates.reduce((least, one) => (one[0] <= least[0] ? one : least));
    const fault = isPartOf(begin.kind, 'fault') ? meaning : null;
    const nodes = nodesOf(begin);
    const again = begins
      .slice(index + 1)
      .find((later) => nodesOf(later).some((node) => nodes.includes(node)));
    const done = trial.disturbances.find(
      ({ at, kind, t, node }) =>
        at === 'done' && kind === begin.kind && node === begin.node && t >= begin.t && t <= end,
    );
    return {
      kind: begin.kind,
      name: begin.name,
      node: begin.node,
      nodes,
      podKilled: fault?.takes === 'pod' ? (trial.start.fault?.pod ?? null) : null,
      pods: begin.pods ?? null,
      fault,
      at: begin.t,
      doneAt: done?.t ?? null,
      until,
      end,
      untilOwn: Math.min(again?.t ?? end, end),
      recoverAt: begin.kind === 'fault' ? (recover?.t ?? null) : null,
      endedBy,
      affected: done?.affected ?? null,
    };
  });
}

/** The fault itself: on each of its nodes, and each of its steps; without notices. */
export const strokesOf = (disturbances: readonly Disturbance[]): Disturbance[] =>
  disturbances.filter(({ kind }) => kind === 'fault' || kind === 'step');

/** A fault of several parts as one: from the begin of the first to the end of the last. Null: it has one part, or none. */
export function wholeOf(disturbances: readonly Disturbance[]): Disturbance | null {
  const strokes = strokesOf(disturbances);
  const [first] = strokes;
  const last = strokes.at(-1);
  if (first === undefined || last === undefined || first === last) return null;
  const { until, end, recoverAt, endedBy } = last;
  const nodes = [...new Set(strokes.flatMap((one) => one.nodes))];
  const pods = strokes.flatMap((one) => one.pods ?? []);
  return {
    ...first,
    node: nodes[0] ?? null,
    nodes,
    pods: pods.length === 0 ? null : pods,
    until,
    end,
    untilOwn: end,
    recoverAt: first.recoverAt ?? recoverAt,
    endedBy,
  };
}

const nodesOf = ({ node, nodes }: TrialRecord['disturbances'][number]): readonly string[] =>
  nodes ?? (node === null ? [] : [node]);

/**
 * A watch without a command does not know what disturbs: its outage begins at the last probe that succeeded before the
 * first that failed; if none failed, with the watch.
 */
export function outageOf(trial: TrialRecord, timeline: Timeline | null, until: Nanoseconds): Disturbance {
  const first = timeline?.bad[0];
  const good = timeline?.good ?? [];
  const at = first === undefined ? undefined : good[lowerBound(good, first) - 1];
  return {
    kind: 'outage',
    name: 'unknown cause',
    node: null,
    nodes: [],
    podKilled: null,
    pods: null,
    fault: null,
    at: at ?? trial.start.t,
    doneAt: null,
    until,
    end: until,
    untilOwn: until,
    recoverAt: null,
    endedBy: 'end',
    affected: null,
  };
}
