import type { Nanoseconds } from '../../base/units.ts';
import type { ClockCode } from '../../catalogue/clock-codes.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import type { Disturbance } from '../build/disturbances.ts';
import type { LateSpan } from '../doubt/late-spans.ts';
import type { TrialRecord } from '../records.ts';
import type { ClusterTime } from '../time.ts';
import type { Timeline } from './probes.ts';

/** A failed probe of one disturbance. */
export interface FailedProbe {
  readonly dueAt: Nanoseconds;
  readonly endedAt: Nanoseconds;
  /** Its path shows that the disturbance failed it. */
  readonly proven: boolean;
}

/** One lane as one disturbance sees it. */
export interface LaneView {
  readonly timeline: Timeline;
  /** Failures of this disturbance, by due time, ascending. */
  readonly failed: readonly FailedProbe[];
}

/** What the clocks of one disturbance are read from. */
export interface ClockSources {
  readonly plan: AnyPlan;
  readonly trial: TrialRecord;
  readonly time: ClusterTime;
  readonly disturbance: Disturbance;
  /** null: the load has no such lane. */
  readonly lanes: { readonly new: LaneView | null; readonly reused: LaneView | null };
  /** The policy that the edge follows in this disturbance. */
  readonly policy: TrafficPolicy;
  /** An earlier disturbance was still going on when this one began. */
  readonly overlaps: boolean;
  /** The share of new connections that topology and policy predict to fail; null: none. */
  readonly expected: number | null;
  readonly late: readonly LateSpan[];
}

/** A clock that has a value, or why it has none and what it is at least. */
export type Reading =
  | { readonly seconds: number; readonly resolution: number | null }
  | { readonly code: ClockCode; readonly reason: string; readonly atLeast: number | null };

export const none = (code: ClockCode, reason: string, atLeast: number | null = null): Reading => ({
  code,
  reason,
  atLeast,
});

/** How one clock is read. */
export interface ClockReader {
  read(sources: ClockSources): Reading;
  /** What it is at least, by what no late instrument can have caused; absent: nothing is known then. */
  bound?(sources: ClockSources, late: readonly LateSpan[]): number | null;
}
