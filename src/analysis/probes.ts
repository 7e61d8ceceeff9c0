import { lowerBound } from '../base/ascending.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { LaneRecord } from './records.ts';

/** The probes of one lane by due time, successes and failures. */
export interface Timeline {
  readonly good: readonly Nanoseconds[];
  readonly bad: readonly Nanoseconds[];
}

export function timelineOf(lane: LaneRecord | undefined): Timeline | null {
  if (lane === undefined) return null;
  const ascending = (a: number, b: number) => a - b;
  return {
    good: lane.goodDueAt.toSorted(ascending),
    bad: lane.failed.map(({ dueAt }) => dueAt).sort(ascending),
  };
}

export interface Outage {
  readonly first: Nanoseconds;
  readonly last: Nanoseconds;
  /** Due time of the first probe of the first all-good window; null: not seen before the end. */
  readonly recovered: Nanoseconds | null;
}

const within = (list: readonly number[], from: number, until: number) =>
  list.slice(lowerBound(list, from), lowerBound(list, until));

/**
 * What failed of the probes due in [from, until); null where none did. The window that ends the outage begins after the
 * first failure: a fault may take a while to show.
 */
export function outageIn(
  { good, bad }: Timeline,
  from: Nanoseconds,
  until: Nanoseconds,
  stability: Nanoseconds,
): Outage | null {
  const failed = within(bad, from, until);
  const [first] = failed;
  const last = failed.at(-1);
  if (first === undefined || last === undefined) return null;
  for (const [index, due] of failed.entries()) {
    const back = good[lowerBound(good, due)];
    const next = failed[index + 1] ?? Number.POSITIVE_INFINITY;
    if (back === undefined || back + stability > until) break;
    // Nothing fails from the first success on for the whole window.
    if (back < next && next - back >= stability) return { first, last, recovered: back };
  }
  return { first, last, recovered: null };
}

/** Integral of the failing share over bins of one second of cluster time: `binNs` each. Seconds of cluster time. */
export function disruptionIn(
  { good, bad }: Timeline,
  from: Nanoseconds,
  until: Nanoseconds,
  binNs: Nanoseconds,
): number {
  const failedPerBin = new Map<number, number>();
  for (const due of within(bad, from, until)) {
    const bin = Math.floor((due - from) / binNs);
    failedPerBin.set(bin, (failedPerBin.get(bin) ?? 0) + 1);
  }
  let seconds = 0;
  for (const [bin, failed] of failedPerBin) {
    const start = from + bin * binNs;
    const passed = lowerBound(good, start + binNs) - lowerBound(good, start);
    seconds += failed / (failed + passed);
  }
  return seconds;
}

/** Share of the probes due in [from, until) that failed; null where none was due. */
export function failingShare({ good, bad }: Timeline, from: Nanoseconds, until: Nanoseconds): number | null {
  const failed = within(bad, from, until).length;
  const all = failed + within(good, from, until).length;
  return all === 0 ? null : failed / all;
}
