import { lowerBound } from '../../base/ascending.ts';
import type { Nanoseconds } from '../../base/units.ts';
import { binOf, reaches } from '../time.ts';

/** The probes of one lane by due time, ascending. */
export interface Timeline {
  readonly good: readonly Nanoseconds[];
  readonly bad: readonly Nanoseconds[];
  /** Between two probes, real time. */
  readonly interval: Nanoseconds;
}

/** A span of failures of one disturbance, by due times. */
export interface Outage {
  readonly first: Nanoseconds;
  readonly last: Nanoseconds;
  readonly failed: number;
  /** The number of probes due from first to last, both included. */
  readonly sent: number;
}

/** Index of the first value above this one in an ascending list. */
function upperBound(list: readonly number[], value: number): number {
  let index = lowerBound(list, value);
  while (list[index] === value) index += 1;
  return index;
}

const countWithin = (list: readonly number[], from: number, to: number): number =>
  upperBound(list, to) - lowerBound(list, from);

/** How many probes were due in [from, to], both included. */
export const sentWithin = ({ good, bad }: Timeline, from: Nanoseconds, to: Nanoseconds): number =>
  countWithin(good, from, to) + countWithin(bad, from, to);

/** Due times of the good probes in [from, until). */
const goodWithin = ({ good }: Timeline, from: Nanoseconds, until: Nanoseconds): readonly Nanoseconds[] =>
  good.slice(upperBound(good, from), lowerBound(good, until));

/**
 * Splits failures into maximal spans in which no gap between two holds `stability` of good probes. `failed`: due times of
 * one disturbance's failures, ascending.
 */
export function outagesOf(
  timeline: Timeline,
  failed: readonly Nanoseconds[],
  stability: Nanoseconds,
): Outage[] {
  const spans: { first: number; last: number; failed: number }[] = [];
  for (const due of failed) {
    const span = spans.at(-1);
    if (span !== undefined && !holdsStability(timeline, span.last, due, stability)) {
      span.last = due;
      span.failed += 1;
    } else spans.push({ first: due, last: due, failed: 1 });
  }
  return spans.map((span) => ({ ...span, sent: sentWithin(timeline, span.first, span.last) }));
}

function holdsStability(
  { good }: Timeline,
  last: Nanoseconds,
  next: Nanoseconds,
  stability: Nanoseconds,
): boolean {
  const back = good[upperBound(good, last)];
  return back !== undefined && back < next && reaches(next - back, stability);
}

/**
 * Due time of the first good probe after the last failure, if good probes that were really sent cover `stability` from
 * there before `until`; null if they do not. A probe covers the time until the next is due.
 */
export function recoveredAfter(
  timeline: Timeline,
  last: Nanoseconds,
  until: Nanoseconds,
  stability: Nanoseconds,
): Nanoseconds | null {
  const good = goodWithin(timeline, last, until);
  const [first] = good;
  const end = good.at(-1);
  if (first === undefined || end === undefined) return null;
  if (!reaches(Math.min(end + timeline.interval, until) - first, stability)) return null;
  return pausesWithin(good, first + stability) > Math.max(2 * timeline.interval, stability / 4)
    ? null
    : first;
}

/** The longest time between two of these probes, up to an instant: what paused has not seen all. */
function pausesWithin(good: readonly Nanoseconds[], until: Nanoseconds): Nanoseconds {
  let longest = 0;
  for (const [index, due] of good.entries()) {
    const next = good[index + 1];
    if (next === undefined || due >= until) break;
    longest = Math.max(longest, next - due);
  }
  return longest;
}

/**
 * Integral of the failing share over bins of one second of cluster time: `binNs` each, from `from` on. Seconds of cluster
 * time. `failed`: due times of the failures that count, ascending.
 */
export function disruptionOf(
  timeline: Timeline,
  failed: readonly Nanoseconds[],
  from: Nanoseconds,
  binNs: Nanoseconds,
): number {
  const failedPerBin = new Map<number, number>();
  for (const due of failed) {
    const bin = binOf(due - from, binNs);
    failedPerBin.set(bin, (failedPerBin.get(bin) ?? 0) + 1);
  }
  let seconds = 0;
  for (const [bin, count] of failedPerBin) {
    const start = from + bin * binNs - 1000;
    const sent = countBelow(timeline, start + binNs) - countBelow(timeline, start);
    seconds += count / Math.max(count, sent);
  }
  return seconds;
}

const countBelow = ({ good, bad }: Timeline, due: Nanoseconds): number =>
  lowerBound(good, due) + lowerBound(bad, due);
