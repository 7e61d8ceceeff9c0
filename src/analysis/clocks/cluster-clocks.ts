import type { Nanoseconds } from '../../base/units.ts';
import { disturbanceTraits } from '../../catalogue/disturbances.ts';
import type { TrialRecord } from '../records.ts';
import { type ClockReader, type ClockSources, none, type Reading } from './sources.ts';

/*
 * Clocks that are read from the edge's verdicts and from the API's watches.
 */

const notHit = none('not-applicable', 'no node died');
const noEdge = none('not-applicable', 'no load balancer of ours was there');
const notHeld = (node: string): Reading =>
  none('not-applicable', `the edge did not hold ${node} green when it was hit`);

/** The node that the disturbance hits; null: it hits none. */
const hitNode = ({ disturbance: { kind, node } }: ClockSources): string | null =>
  disturbanceTraits[kind].hitsNode ? node : null;

function edgeEjected(sources: ClockSources): Reading {
  const { plan, trial, time, disturbance, policy } = sources;
  const { kind, at, until } = disturbance;
  if (plan.edge === undefined) return noEdge;
  const resolution = plan.edge.checks[policy].intervalMs / 1000;
  const ejected = trial.health.filter(
    (event) => event.t >= at && event.t < until && !(event.eligible && event.healthy),
  );
  if (!disturbanceTraits[kind].hitsNode) {
    const last = ejected.at(-1);
    if (last === undefined) return none('not-seen', 'the edge ejected no node');
    return { seconds: time.seconds(at, last.t), resolution };
  }
  const node = hitNode(sources);
  if (node === null) return none('not-applicable', 'no node was hit');
  if (!greenAt(trial, node, at)) return notHeld(node);
  const own = ejected.find((event) => event.node === node);
  return own === undefined
    ? none('not-seen', `the edge held ${node} green to the end`, atLeast(sources))
    : { seconds: time.seconds(at, own.t), resolution };
}

/** What has not come by the end of the disturbance's time takes at least as long. */
const atLeast = ({ time, disturbance: { at, until } }: ClockSources): number => time.seconds(at, until);

/** Whether the edge held a node green at an instant. */
export function greenAt(trial: TrialRecord, node: string, at: Nanoseconds): boolean {
  const last = trial.health.findLast((event) => event.node === node && event.t <= at);
  return last === undefined ? trial.before.green.has(node) : last.eligible && last.healthy;
}

function nodeNotReady(sources: ClockSources): Reading {
  const { plan, trial, time, disturbance } = sources;
  const { at, until, endedBy } = disturbance;
  const node = hitNode(sources);
  if (node === null || plan.timers === undefined) return notHit;
  const found = trial.nodes.find(
    (event) => event.node === node && event.t >= at && event.t < until && event.ready !== 'True',
  );
  if (found !== undefined) {
    return { seconds: time.seconds(at, found.t), resolution: plan.timers.nodeMonitorPeriodMs / 1000 };
  }
  const end = endedBy === 'recovery' ? 'its recovery' : 'the end';
  return none('not-seen', `${node} was Ready until ${end}`, atLeast(sources));
}

function endpointsRemoved(sources: ClockSources): Reading {
  const { plan, trial, time, disturbance } = sources;
  const { at, until } = disturbance;
  const node = hitNode(sources);
  if (node === null || plan.timers === undefined) return notHit;
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
  if (!had) return none('not-applicable', `no pod of ingress or app was on ${node}`);
  if (removedAt === null) {
    return none('not-seen', `the endpoints on ${node} were still ready at the end`, atLeast(sources));
  }
  return { seconds: time.seconds(at, removedAt), resolution: plan.timers.nodeMonitorPeriodMs / 1000 };
}

const isReadyOn = (endpoints: readonly { node: string | null; ready: boolean }[], node: string): boolean =>
  endpoints.some((endpoint) => endpoint.node === node && endpoint.ready);

function nodeReadmitted({ plan, trial, time, disturbance, policy }: ClockSources): Reading {
  const { kind, node, recoverAt, at } = disturbance;
  if (kind !== 'fault' || node === null) return notHit;
  if (plan.edge === undefined) return noEdge;
  if (recoverAt === null) return none('not-applicable', `${node} was not brought back`);
  if (greenAt(trial, node, recoverAt)) return none('not-applicable', 'the edge had not ejected it');
  if (!greenAt(trial, node, at)) return notHeld(node);
  const back = trial.health.find(
    (event) => event.node === node && event.t >= recoverAt && event.eligible && event.healthy,
  );
  if (back === undefined) return none('not-seen', `the edge had not readmitted ${node} by the end`);
  return {
    seconds: time.seconds(recoverAt, back.t),
    resolution: plan.edge.checks[policy].intervalMs / 1000,
  };
}

/** By their names in the catalogue. */
export const clusterClocks = {
  edgeEjected: { read: edgeEjected },
  nodeNotReady: { read: nodeNotReady },
  endpointsRemoved: { read: endpointsRemoved },
  nodeReadmitted: { read: nodeReadmitted },
} satisfies Record<string, ClockReader>;
