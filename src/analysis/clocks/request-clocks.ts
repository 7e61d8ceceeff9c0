import type { Nanoseconds } from '../../base/units.ts';
import { chunkIntervalMs } from '../build/losses.ts';
import type { LateSpan } from '../doubt/late-spans.ts';
import { disruptionOf, recoveredAfter } from './probes.ts';
import { unseenIntervals } from './resolution.ts';
import {
  type ClockReader,
  type ClockSources,
  type FailedProbe,
  type LaneView,
  none,
  type Reading,
} from './sources.ts';

/*
 * Clocks that are read from probes and streams.
 */

const noProbe = none('no-probe', 'there was no probe');

/** The reason that makes a trial unknown. */
export const notRecovered = 'probes still failed at the end of the trial';

const dues = (failed: readonly FailedProbe[]): Nanoseconds[] => failed.map(({ dueAt }) => dueAt);

/** Seconds for which an outage may go on without a probe showing it (95 %); null: not known. */
export function unseenSeconds({ lanes, expected, time }: ClockSources, failed: readonly Nanoseconds[]) {
  if (lanes.new === null) return null;
  const { timeline } = lanes.new;
  const intervals = unseenIntervals(timeline, failed, expected);
  return intervals === null ? null : time.seconds(0, intervals * timeline.interval);
}

const failedInstant =
  (at: 0 | -1) =>
  (sources: ClockSources): Reading => {
    const { lanes, disturbance, time } = sources;
    if (lanes.new === null) return noProbe;
    const failed = dues(lanes.new.failed);
    const due = failed.at(at);
    if (due === undefined) return none('no-failed-probe', 'no probe failed');
    return { seconds: time.seconds(disturbance.at, due), resolution: unseenSeconds(sources, failed) };
  };
const firstFailedProbe = failedInstant(0);
const lastFailedProbe = failedInstant(-1);

function disruption({ lanes, disturbance, time }: ClockSources): Reading {
  if (lanes.new === null) return noProbe;
  const { timeline, failed } = lanes.new;
  const seconds = disruptionOf(timeline, dues(failed), disturbance.at, time.ns(1000));
  return { seconds: Math.round(seconds * 1e3) / 1e3, resolution: 1 };
}

export function failover(sources: ClockSources): Reading {
  const { lanes } = sources;
  if (lanes.new === null) return noProbe;
  return failoverOf(sources, lanes.new, unseenSeconds(sources, dues(lanes.new.failed)));
}

/** A kept connection fails until it is replaced: one good answer shows that it was. */
function failoverReused(sources: ClockSources): Reading {
  const { lanes, time } = sources;
  if (lanes.reused === null) return none('no-probe', 'there was no probe on kept connections');
  return failoverOf(sources, lanes.reused, time.seconds(0, lanes.reused.timeline.interval));
}

function failoverOf(sources: ClockSources, lane: LaneView, resolution: number | null): Reading {
  const { plan, time, disturbance, overlaps } = sources;
  const { at, until, endedBy } = disturbance;
  const last = lane.failed.at(-1);
  if (overlaps) {
    const reason = 'an earlier disturbance was not over when this one began';
    return none(
      'overlaps-earlier',
      reason,
      boundBy(
        sources,
        lane,
        lane.failed.filter(({ proven }) => proven),
      ),
    );
  }
  if (last === undefined) return { seconds: 0, resolution };
  const back = recoveredAfter(lane.timeline, last.dueAt, until, time.ns(plan.stabilityMs));
  if (back !== null) return { seconds: time.seconds(at, back), resolution };
  const bound = boundBy(sources, lane, lane.failed);
  return endedBy === 'disturbance'
    ? none('cut-short', 'not over when the next disturbance began', bound)
    : none('never-recovered', notRecovered, bound);
}

/** The failover is no earlier than the first probe that was due after the last of these failures. */
function boundBy({ time, disturbance }: ClockSources, lane: LaneView, failed: readonly FailedProbe[]) {
  const last = failed.at(-1);
  return last === undefined ? null : time.seconds(disturbance.at, last.dueAt + lane.timeline.interval);
}

/** What the failover is at least, by those failures that no late instrument can have caused. */
function failoverBound(sources: ClockSources, lane: LaneView | null, late: readonly LateSpan[]) {
  if (lane === null) return null;
  const clean = lane.failed.filter(
    ({ dueAt, endedAt }) => !late.some(({ from, to }) => dueAt < to && endedAt > from),
  );
  return boundBy(sources, lane, clean);
}

/** Of all streams that were under way at or after the disturbance; what fell silent after it is another's. */
function longestSilence({ plan, trial, time, disturbance }: ClockSources): Reading {
  const { at, until } = disturbance;
  const chunkNs = time.ns(2 * chunkIntervalMs(plan));
  const under = trial.streams.filter(
    ({ startedAt, endedAt, firstByteAt, lastByteAt, outcome }) =>
      startedAt < until &&
      endedAt > at &&
      firstByteAt !== null &&
      !(
        disturbance.endedBy === 'disturbance' &&
        outcome === 'hung' &&
        lastByteAt !== null &&
        lastByteAt + chunkNs >= until
      ),
  );
  if (under.length === 0) return none('no-stream', 'no stream was under way');
  const longest = under.reduce((most, { longestSilenceNs, lastByteAt, endedAt, outcome }) => {
    // The silence that it ended in counts as well, up to the limit at which it was given up.
    const last = outcome === 'hung' && lastByteAt !== null ? endedAt - lastByteAt : 0;
    return Math.max(most, longestSilenceNs, last);
  }, 0);
  return { seconds: time.seconds(0, longest), resolution: plan.timeScale / 1000 };
}

/** The clocks read from requests, by their names in the catalogue. */
export const requestClocks = {
  firstFailedProbe: { read: firstFailedProbe },
  lastFailedProbe: { read: lastFailedProbe },
  failover: {
    read: failover,
    bound: (sources, late) => failoverBound(sources, sources.lanes.new, late),
  },
  disruption: { read: disruption },
  failoverReused: {
    read: failoverReused,
    bound: (sources, late) => failoverBound(sources, sources.lanes.reused, late),
  },
  longestSilence: { read: longestSilence },
} satisfies Record<string, ClockReader>;
