import type { Nanoseconds } from '../../base/units.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import type { Timeline } from '../clocks/probes.ts';
import type { LaneView } from '../clocks/sources.ts';
import type { LaneRecord } from '../records.ts';
import type { ClusterTime } from '../time.ts';
import type { Disturbance } from './disturbances.ts';
import type { Judged } from './losses.ts';

/** The probes of one lane, judged. */
export interface JudgedLane {
  readonly record: LaneRecord;
  readonly failed: readonly Judged[];
  readonly timeline: Timeline;
}

/** null: the trial has no such lane. */
export function judgedLane(
  record: LaneRecord | undefined,
  plan: AnyPlan,
  time: ClusterTime,
  judge: (request: LaneRecord['failed'][number]) => Judged,
): JudgedLane | null {
  if (record === undefined) return null;
  return { record, failed: record.failed.map(judge), timeline: timelineOf(record, plan, time) };
}

export function timelineOf(record: LaneRecord, plan: AnyPlan, time: ClusterTime): Timeline {
  const ascending = (a: number, b: number) => a - b;
  return {
    good: record.goodDueAt.toSorted(ascending),
    bad: record.failed.map(({ dueAt }) => dueAt).sort(ascending),
    interval: time.ns(probeIntervalMs(plan, record.load)),
  };
}

function probeIntervalMs({ load }: AnyPlan, name: string): number {
  const probe = load.find((one) => one.kind === 'probe' && one.name === name);
  return probe?.kind === 'probe' && probe.rate > 0 ? 1000 / probe.rate : 0;
}

/** The failures of disturbances, by due times, none before its own and none after the end of it. */
export function viewOf(lane: JudgedLane | null, ...disturbances: readonly Disturbance[]): LaneView | null {
  if (lane === null) return null;
  const failed = disturbances
    .flatMap((one) => ownFailures(lane, one))
    .map(({ request: { dueAt, endedAt }, proven }) => ({ dueAt, endedAt, proven }))
    .sort((one, other) => one.dueAt - other.dueAt);
  return { timeline: lane.timeline, failed };
}

export const ownFailures = ({ failed }: JudgedLane, disturbance: Disturbance): readonly Judged[] =>
  failed.filter(
    ({ disturbance: of, request: { dueAt } }) => of === disturbance && isDuring(dueAt, disturbance),
  );

const isDuring = (dueAt: Nanoseconds, { at, end }: Disturbance) => dueAt >= at && dueAt < end;
