import type { Nanoseconds } from '../base/units.ts';
import type { Lane } from '../base/words.ts';
import type { Plan } from '../plan/schema.ts';
import type { Disturbance } from './disturbances.ts';
import { disruptionIn, type Outage, outageIn, type Timeline } from './probes.ts';
import type { TrialRecord } from './records.ts';
import {
  type ClockCode,
  type ClockName,
  type ClockNote,
  type ClockNotes,
  type Clocks,
  clockNames,
} from './schema.ts';
import type { ClusterTime } from './time.ts';

/** What the clocks of one disturbance are read from. */
export interface ClockSources {
  readonly plan: Plan;
  readonly trial: TrialRecord;
  readonly time: ClusterTime;
  readonly disturbance: Disturbance;
  readonly timelines: { readonly new: Timeline | null; readonly reused: Timeline | null };
  /** Policy that the edge follows in this disturbance. */
  readonly policy: 'Cluster' | 'Local';
  /** An earlier disturbance was still going on when this one began. */
  readonly overlaps: boolean;
}

/** A clock that ticked, or why it did not. */
type Reading = { readonly seconds: number; readonly resolution: number | null } | { readonly reason: string };

/** All clocks of one disturbance, seconds of cluster time from its beginning. */
export function readClocks(sources: ClockSources): { clocksSeconds: Clocks; clockNotes: ClockNotes } {
  const readings: Record<ClockName, Reading> = {
    edgeEjected: edgeEjected(sources),
    nodeNotReady: nodeNotReady(sources),
    endpointsRemoved: endpointsRemoved(sources),
    ...probeClocks(sources),
    failoverReused: failover(sources, 'reused'),
    longestSilence: longestSilence(sources),
    nodeReadmitted: nodeReadmitted(sources),
  };
  const clocksSeconds = noClocks();
  const clockNotes: ClockNotes = {};
  for (const name of clockNames) {
    const reading = readings[name];
    if ('seconds' in reading) {
      clocksSeconds[name] = reading.seconds;
      clockNotes[name] = {
        resolutionSeconds: reading.resolution,
        code: null,
        reason: null,
        atLeastSeconds: null,
      };
    } else clockNotes[name] = noNote(codeOf(reading.reason), reading.reason);
  }
  return { clocksSeconds, clockNotes };
}

export function noClocks(): Clocks {
  return Object.fromEntries(clockNames.map((name) => [name, null])) as Clocks;
}

const noNote = (code: ClockCode, reason: string): ClockNote => ({
  resolutionSeconds: null,
  code,
  reason,
  atLeastSeconds: null,
});

/** Notes of clocks that none of them ticked, for one reason. */
export function noNotes(code: ClockCode, reason: string): ClockNotes {
  return Object.fromEntries(clockNames.map((name) => [name, noNote(code, reason)]));
}

function codeOf(reason: string): ClockCode {
  if (reason === notRecovered) return 'never-recovered';
  if (reason === cutShort) return 'cut-short';
  if (reason === overlap) return 'overlaps-earlier';
  return 'not-seen';
}

const because = (reason: string): Reading => ({ reason });

function edgeEjected({ plan, trial, time, disturbance, policy }: ClockSources): Reading {
  const { kind, node, at, until } = disturbance;
  const resolution = plan.edge.checks[policy].intervalMs / 1000;
  const ejected = trial.health.filter(
    (event) => event.t >= at && event.t < until && !(event.eligible && event.healthy),
  );
  if (kind !== 'fault') {
    const last = ejected.at(-1);
    if (last === undefined) return because('the edge ejected no node');
    return { seconds: time.seconds(at, last.t), resolution };
  }
  if (node === null) return because('no node was hit');
  if (!greenAt(trial, node, at)) return because(`the edge did not hold ${node} green when it was hit`);
  const own = ejected.find((event) => event.node === node);
  return own === undefined
    ? because(`the edge held ${node} green to the end`)
    : { seconds: time.seconds(at, own.t), resolution };
}

/** Whether the edge held a node green at an instant. */
export function greenAt(trial: TrialRecord, node: string, at: Nanoseconds): boolean {
  const last = trial.health.findLast((event) => event.node === node && event.t <= at);
  return last === undefined ? trial.before.green.has(node) : last.eligible && last.healthy;
}

function nodeNotReady({ plan, trial, time, disturbance }: ClockSources): Reading {
  const { kind, node, at, until, endedBy } = disturbance;
  if (kind !== 'fault' || node === null) return because('no node died');
  const found = trial.nodes.find(
    (event) => event.node === node && event.t >= at && event.t < until && event.ready !== 'True',
  );
  if (found === undefined)
    return because(`${node} was Ready until ${endedBy === 'recovery' ? 'its recovery' : 'the end'}`);
  return { seconds: time.seconds(at, found.t), resolution: plan.timers.nodeMonitorPeriodMs / 1000 };
}

function endpointsRemoved({ plan, trial, time, disturbance }: ClockSources): Reading {
  const { kind, node, at, until } = disturbance;
  if (kind !== 'fault' || node === null) return because('no node died');
  const ready = new Map(
    [...trial.before.endpoints].map(([service, list]) => [service, isReadyOn(list, node)] as const),
  );
  let removedAt: Nanoseconds | null = null;
  let had = false;
  for (const event of trial.endpoints) {
    if (event.t >= until) break;
    if (event.t >= at) had ||= [...ready.values()].some(Boolean);
    ready.set(event.service, isReadyOn(event.endpoints, node));
    if (event.t >= at && had && ![...ready.values()].some(Boolean)) removedAt ??= event.t;
  }
  had ||= [...ready.values()].some(Boolean);
  if (!had) return because(`no pod of ingress or app was on ${node}`);
  if (removedAt === null) return because(`the endpoints on ${node} were still ready at the end`);
  return { seconds: time.seconds(at, removedAt), resolution: plan.timers.nodeMonitorPeriodMs / 1000 };
}

const isReadyOn = (endpoints: readonly { node: string | null; ready: boolean }[], node: string): boolean =>
  endpoints.some((endpoint) => endpoint.node === node && endpoint.ready);

const noProbe = 'there was no probe';
const overlap = 'an earlier disturbance was not over when this one began';

function probeClocks(
  sources: ClockSources,
): Record<'firstFailedProbe' | 'lastFailedProbe' | 'failover' | 'disruption', Reading> {
  const { plan, time, disturbance, timelines } = sources;
  const timeline = timelines.new;
  if (timeline === null) {
    const none = because(noProbe);
    return { firstFailedProbe: none, lastFailedProbe: none, failover: none, disruption: none };
  }
  const { at, until } = disturbance;
  const resolution = probeInterval(plan);
  const outage = outageIn(timeline, at, until, time.ns(plan.stabilityMs));
  const instant = (pick: (outage: Outage) => Nanoseconds): Reading =>
    outage === null ? because('no probe failed') : { seconds: time.seconds(at, pick(outage)), resolution };
  const disruption = disruptionIn(timeline, at, until, time.ns(1000));
  return {
    firstFailedProbe: instant(({ first }) => first),
    lastFailedProbe: instant(({ last }) => last),
    failover: failover(sources, 'new'),
    disruption: { seconds: Math.round(disruption * 1e3) / 1e3, resolution: 1 },
  };
}

function failover(sources: ClockSources, lane: Lane): Reading {
  const { plan, time, disturbance, timelines, overlaps } = sources;
  const timeline = timelines[lane];
  if (timeline === null) return because(lane === 'new' ? noProbe : 'there was no probe on kept connections');
  if (overlaps) return because(overlap);
  const { at, until, endedBy } = disturbance;
  const resolution = probeInterval(plan);
  const outage = outageIn(timeline, at, until, time.ns(plan.stabilityMs));
  if (outage === null) return { seconds: 0, resolution };
  if (outage.recovered !== null) return { seconds: time.seconds(at, outage.recovered), resolution };
  return because(endedBy === 'disturbance' ? cutShort : notRecovered);
}

/** The reason that makes a trial unknown. */
export const notRecovered = 'probes still failed at the end of the trial';
/** The next one would have to be told apart from it. */
export const cutShort = 'not over when the next disturbance began';

function probeInterval(plan: Plan): number | null {
  const probe = plan.load.find((load) => load.kind === 'probe');
  return probe?.kind === 'probe' && probe.rate > 0 ? 1 / probe.rate : null;
}

/** Of all streams that were under way at or after the disturbance; what fell silent after it is another's. */
function longestSilence({ plan, trial, time, disturbance }: ClockSources): Reading {
  const { at, until } = disturbance;
  const chunkNs = time.ns(
    2 * Math.max(0, ...plan.load.map((load) => (load.kind === 'streams' ? load.chunkIntervalMs : 0))),
  );
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
  if (under.length === 0) return because('no stream was under way');
  const longest = under.reduce((most, { longestSilenceNs, lastByteAt, endedAt, outcome }) => {
    // The silence that it ended in counts as well, up to the limit at which it was given up.
    const last = outcome === 'hung' && lastByteAt !== null ? endedAt - lastByteAt : 0;
    return Math.max(most, longestSilenceNs, last);
  }, 0);
  return { seconds: time.seconds(0, longest), resolution: plan.timeScale / 1000 };
}

function nodeReadmitted({ plan, trial, time, disturbance, policy }: ClockSources): Reading {
  const { kind, node, recoverAt, at } = disturbance;
  if (kind !== 'fault' || node === null) return because('no node died');
  if (recoverAt === null) return because(`${node} was not brought back`);
  if (greenAt(trial, node, recoverAt)) return because('the edge had not ejected it');
  if (!greenAt(trial, node, at)) return because(`the edge did not hold ${node} green when it was hit`);
  const back = trial.health.find(
    (event) => event.node === node && event.t >= recoverAt && event.eligible && event.healthy,
  );
  if (back === undefined) return because(`the edge had not readmitted ${node} by the end`);
  return {
    seconds: time.seconds(recoverAt, back.t),
    resolution: plan.edge.checks[policy].intervalMs / 1000,
  };
}
