import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import { type InstrumentKind, ownInstruments } from '../../catalogue/instruments.ts';
import { instrumentOf } from '../../plan/instruments.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import type { TrialRecord } from '../records.ts';
import type { TrialReport } from '../schema.ts';
import type { ClusterTime } from '../time.ts';

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
    ...trial.acceptDelays.map(({ from, to, maxMs }) => ({
      instrument: ownInstruments.accept,
      from,
      to,
      maxMs,
    })),
  ].sort((one, other) => one.from - other.from);
  const spans: { instrument: string; from: number; to: number; maxMs: number }[] = [];
  const last = new Map<string, (typeof spans)[number]>();
  for (const window of windows) {
    if (window.maxMs <= instrumentOf(plan, window.instrument).lateMs) continue;
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
  return spans.map((span) => {
    const { kind, heldUpMs } = instrumentOf(plan, span.instrument);
    return { ...span, kind, heldUp: span.maxMs > heldUpMs };
  });
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

/** The spans in words, for reasons. */
export const lateWords = ({ instrument, maxMs }: Pick<LateSpan, 'instrument' | 'maxMs'>): string =>
  `${instrument} was late by ${maxMs.toFixed(0)} ms`;
