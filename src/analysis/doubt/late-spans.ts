import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import type { InstrumentKind } from '../../catalogue/clocks.ts';
import { clusterInstrument, heldUpLimit, probeLatenessLimit } from '../../history/lateness.ts';
import { clusterLatenessLimit } from '../../plan/cluster-lateness.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import type { TrialRecord } from '../records.ts';
import type { TrialReport } from '../schema.ts';
import type { ClusterTime } from '../time.ts';

const edgeAccept = 'edge accept';

/** A span in which an instrument was later than it may be. */
export interface LateSpan {
  readonly instrument: string;
  readonly kind: InstrumentKind;
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  /** Real milliseconds. */
  readonly maxMs: number;
  /** So late that requests which were due did not meet what others met then. */
  readonly heldUp: boolean;
}

/** Spans closer together than this are one. Real time; as reports have it, a second of cluster time. */
const gapMs = 1000;

/** Windows in which an instrument was late, neighbours joined, in the order of their beginnings. */
export function lateSpans(plan: AnyPlan, trial: TrialRecord, time: ClusterTime): LateSpan[] {
  const windows = [
    ...trial.lateness.map(({ instrument, t, windowMs, maxMs }) => ({
      instrument,
      from: t - windowMs * nsPerMs,
      to: t,
      maxMs,
    })),
    ...trial.acceptDelays.map(({ from, to, maxMs }) => ({ instrument: edgeAccept, from, to, maxMs })),
  ].sort((one, other) => one.from - other.from);
  const spans: { instrument: string; from: number; to: number; maxMs: number }[] = [];
  const last = new Map<string, (typeof spans)[number]>();
  for (const window of windows) {
    if (window.maxMs <= limitOf(plan, window.instrument)) continue;
    const span = last.get(window.instrument);
    if (span !== undefined && window.from <= span.to + time.ns(gapMs)) {
      span.to = Math.max(span.to, window.to);
      span.maxMs = Math.max(span.maxMs, window.maxMs);
    } else {
      const opened = { ...window };
      last.set(window.instrument, opened);
      spans.push(opened);
    }
  }
  return spans.map((span) => ({
    ...span,
    kind: kindOf(plan, span.instrument),
    heldUp: span.maxMs > heldUpOf(plan, span.instrument),
  }));
}

/** The spans as the report has them: seconds of cluster time since the trial's start. */
export const untrustedOf = (
  spans: readonly LateSpan[],
  trial: TrialRecord,
  time: ClusterTime,
): TrialReport['untrusted'] =>
  spans.map(({ instrument, from, to, maxMs }) => ({
    instrument,
    from: time.seconds(trial.start.t, from),
    to: time.seconds(trial.start.t, to),
    maxLatenessMs: maxMs,
  }));

function kindOf(plan: AnyPlan, instrument: string): InstrumentKind {
  if (instrument === edgeAccept) return 'accept';
  if (instrument === 'edge') return 'edge';
  if (instrument === clusterInstrument) return 'cluster';
  const kind = plan.load.find(({ name }) => name === instrument)?.kind;
  if (kind === undefined) return 'other';
  return kind === 'probe' || kind === 'streams' ? kind : 'engine';
}

/** Real milliseconds above which an instrument's lateness may change what it shows. */
function limitOf(plan: AnyPlan, instrument: string): number {
  const load = plan.load.find(({ name }) => name === instrument);
  if (load?.kind === 'probe') return probeLatenessLimit(load.rate * plan.timeScale);
  // A stream's start may be late by what no clock is read from.
  if (load !== undefined) return 1000;
  if (instrument === edgeAccept) return acceptLimit(plan);
  if (instrument === clusterInstrument) return clusterLatenessLimit(plan);
  if (plan.edge === undefined) return 50;
  // The edge: a check later than half its interval is a check of another interval.
  const shortest = Math.min(...Object.values(plan.edge.checks).map(({ intervalMs }) => intervalMs));
  return Math.max(50, shortest / plan.timeScale / 2);
}

/** A connection accepted an interval of the probe late meets what the next probe should have met. */
function acceptLimit({ load, timeScale }: AnyPlan): number {
  const rates = load.flatMap((one) => (one.kind === 'probe' ? [one.rate * timeScale] : []));
  return Math.max(50, 1000 / Math.max(1, ...rates));
}

function heldUpOf(plan: AnyPlan, instrument: string): number {
  const load = plan.load.find(({ name }) => name === instrument);
  return load?.kind === 'probe' ? heldUpLimit(load.rate * plan.timeScale) : 0;
}

/** The spans in words, for reasons. */
export const lateWords = ({ instrument, maxMs }: Pick<LateSpan, 'instrument' | 'maxMs'>): string =>
  `${instrument} was late by ${maxMs.toFixed(0)} ms`;
