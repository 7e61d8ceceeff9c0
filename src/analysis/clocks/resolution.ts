import type { Nanoseconds } from '../../base/units.ts';
import { sentWithin, type Timeline } from './probes.ts';

/** How sure the bound is that the outage was over by then. */
const doubt = 0.05;
/** The share may change while an outage goes on (an endpoint is removed before the node is ejected): its end counts. */
const lately = 8;
/** How many failures the topology's share is worth, as long as the probes do not contradict it. */
const priorWeight = 2;
/** Beyond this many intervals nothing is known. */
const most = 100_000;

/**
 * How many probe intervals an outage may have gone on after its last failed probe without any probe showing it, at 95 %.
 * With the share s of connections that fail, n good probes in a row come about by chance with probability (1 - s)^n; the
 * bound is the n at which that is 5 %: ceil(ln 0.05 / ln(1 - s)).
 *
 * s itself is estimated from the failures: between the first and the last, which fail by choice of the span, there are as
 * many gaps as failures less one, each geometric in s. A few gaps leave s uncertain, so s is a beta distribution and the
 * bound is that of its mixture (the exact predictive bound of the next gap), wider than the plain formula by as much as
 * the failures are few. `expected`, the share that topology and policy predict, counts as two failures more. Null: one
 * failure and no expectation leave s unknown.
 */
export function unseenIntervals(
  timeline: Timeline,
  failed: readonly Nanoseconds[],
  expected: number | null,
): number | null {
  const whole = boundOf(timeline, failed, expected);
  if (failed.length <= lately || whole === null) return whole;
  const last = failed.slice(-lately);
  if (shareOf(timeline, last) >= shareOf(timeline, failed)) return whole;
  return Math.max(whole, boundOf(timeline, last, expected) ?? whole);
}

const spanOf = (timeline: Timeline, failed: readonly Nanoseconds[]): number => {
  const [first, last] = [failed[0], failed.at(-1)];
  return first === undefined || last === undefined ? 0 : sentWithin(timeline, first, last);
};

const shareOf = (timeline: Timeline, failed: readonly Nanoseconds[]): number =>
  failed.length / Math.max(1, spanOf(timeline, failed));

function boundOf(timeline: Timeline, failed: readonly Nanoseconds[], expected: number | null): number | null {
  const gaps = Math.max(0, failed.length - 1);
  const passed = spanOf(timeline, failed) - failed.length;
  const weight = expected === null || expected <= 0 || contradicts(gaps, passed, expected) ? 0 : priorWeight;
  const prior = weight === 0 || expected === null ? 0 : (weight * (1 - expected)) / expected;
  // Without a single failure there is only the expectation to go by, and it is used as it is.
  if (failed.length === 0) return expected === null || expected <= 0 ? 1 : plain(expected);
  return predictive(gaps + weight, passed + prior + (weight === 0 ? half : 0));
}

/** Exponent of a geometric's reference prior, s^-1 (1 - s)^-1/2: all failed in a row does not prove a share of 1. */
const half = 0.5;

const plain = (share: number): number =>
  share >= 1 ? 1 : Math.min(most, Math.max(1, Math.ceil(Math.log(doubt) / Math.log(1 - share))));

/** The least n with P(the next n all pass) <= 5 %, if the share is beta(failures, passes). */
function predictive(failures: number, passes: number): number | null {
  if (failures <= 0) return null;
  let chance = 1;
  for (let n = 0; n < most; n += 1) {
    chance *= (passes + n) / (failures + passes + n);
    if (chance <= doubt) return n + 1;
  }
  return null;
}

/** So improbable must the failures be under the expected share for it to be dropped. */
const improbable = 0.001;

/** Whether this number of failures among these probes is improbable, too many or too few, if this share fails. */
function contradicts(failures: number, passes: number, share: number): boolean {
  if (failures + passes === 0) return false;
  if (share >= 1) return passes > 0;
  const sent = failures + passes;
  let logChance = sent * Math.log(1 - share);
  let below = 0;
  let own = 0;
  for (let hits = 0; hits <= failures; hits += 1) {
    own = Math.exp(logChance);
    below += own;
    logChance += Math.log((sent - hits) / (hits + 1)) + Math.log(share / (1 - share));
  }
  return below < improbable || 1 - below + own < improbable;
}
