import type { Nanoseconds } from '../../base/units.ts';
import { disturbanceTraits } from '../../catalogue/disturbances.ts';
import type { TrialRecord } from '../records.ts';
import { type ClockReader, type ClockSources, none, type Reading } from './sources.ts';

/*
 * Clocks that are read from the edge's verdicts and from the API's watches.
 */

const notHit = none('not-applicable', 'no node died');
const noEdge = none('not-applicable', 'no load balancer of ours was there');
const notHeld = (nodes: readonly string[]): Reading =>
  none('not-applicable', `the edge did not hold ${nodes.join(', ')} green when it was hit`);

/** The nodes that the disturbance hits; a clock of several counts until the last of them. */
const hitNodes = ({ disturbance: { kind, nodes } }: ClockSources): readonly string[] =>
  disturbanceTraits[kind].hitsNode ? nodes : [];

/** The first event of each node; null: one of them has none. */
function lastOfFirsts<E extends { readonly t: Nanoseconds; readonly node: string }>(
  nodes: readonly string[],
  events: readonly E[],
  is: (event: E) => boolean,
): { readonly at: Nanoseconds | null; readonly missing: readonly string[] } {
  const firsts = nodes.map((node) => events.find((event) => event.node === node && is(event))?.t ?? null);
  const missing = nodes.filter((_, index) => firsts[index] === null);
  return { at: missing.length > 0 ? null : Math.max(...firsts.map(Number)), missing };
}

function edgeEjected(sources: ClockSources): Reading {
  const { plan, trial, time, disturbance, policy } = sources;
  const { kind, at, until, untilOwn } = disturbance;
  if (plan.edge === undefined) return noEdge;
  const resolution = plan.edge.checks[policy].intervalMs / 1000;
  const end = disturbanceTraits[kind].hitsNode ? untilOwn : until;
  const ejected = trial.health.filter(
    (event) => event.t >= at && event.t < end && !(event.eligible && event.healthy),
  );
  if (!disturbanceTraits[kind].hitsNode) {
    const last = ejected.at(-1);
    if (last === undefined) return none('not-seen', 'the edge ejected no node');
    return { seconds: time.seconds(at, last.t), resolution };
  }
  const nodes = hitNodes(sources);
  if (nodes.length === 0) return none('not-applicable', 'no node was hit');
  const held = nodes.filter((node) => greenAt(trial, node, at));
  if (held.length === 0) return notHeld(nodes);
  const last = lastOfFirsts(held, ejected, () => true);
  return last.at === null
    ? none('not-seen', `the edge held ${last.missing.join(', ')} green to the end`, atLeast(sources))
    : { seconds: time.seconds(at, last.at), resolution };
}

/** What has not come by the end of the disturbance's time takes at least as long. */
const atLeast = ({ time, disturbance: { at, untilOwn } }: ClockSources): number => time.seconds(at, untilOwn);

/** Whether the edge held a node green at an instant. */
function greenAt(trial: TrialRecord, node: string, at: Nanoseconds): boolean {
  const last = trial.health.findLast((event) => event.node === node && event.t <= at);
  return last === undefined ? trial.before.green.has(node) : last.eligible && last.healthy;
}

function nodeNotReady(sources: ClockSources): Reading {
  const { plan, trial, time, disturbance } = sources;
  const { at, untilOwn, recoverAt, end } = disturbance;
  const nodes = hitNodes(sources);
  if (nodes.length === 0 || plan.timers === undefined) return notHit;
  const during = trial.nodes.filter((event) => event.t >= at && event.t < untilOwn);
  const last = lastOfFirsts(nodes, during, ({ ready }) => ready !== 'True');
  if (last.at !== null) {
    return { seconds: time.seconds(at, last.at), resolution: plan.timers.nodeMonitorPeriodMs / 1000 };
  }
  const until = recoverAt !== null && recoverAt <= end ? 'its recovery' : 'the end';
  return none('not-seen', `${last.missing.join(', ')} was Ready until ${until}`, atLeast(sources));
}

function endpointsRemoved(sources: ClockSources): Reading {
  const { plan, trial, time, disturbance } = sources;
  const { at, untilOwn } = disturbance;
  const nodes = hitNodes(sources);
  const names = nodes.join(', ');
  if (nodes.length === 0 || plan.timers === undefined) return notHit;
  const ready = new Map(
    [...trial.before.endpoints].map(([service, list]) => [service, isReadyOn(list, nodes)] as const),
  );
  let removedAt: Nanoseconds | null = null;
  let had = false;
  for (const event of trial.endpoints) {
    if (event.t >= untilOwn) break;
    if (event.t >= at) had ||= [...ready.values()].some(Boolean);
    ready.set(event.service, isReadyOn(event.endpoints, nodes));
    if (event.t >= at && had && ![...ready.values()].some(Boolean)) removedAt ??= event.t;
  }
  had ||= [...ready.values()].some(Boolean);
  if (!had) return none('not-applicable', `no pod of ingress or app was on ${names}`);
  if (removedAt === null) {
    return none('not-seen', `the endpoints on ${names} were still ready at the end`, atLeast(sources));
  }
  return { seconds: time.seconds(at, removedAt), resolution: plan.timers.nodeMonitorPeriodMs / 1000 };
}

const isReadyOn = (
  endpoints: readonly { node: string | null; ready: boolean }[],
  nodes: readonly string[],
): boolean => endpoints.some(({ node, ready }) => ready && node !== null && nodes.includes(node));

function nodeReadmitted(sources: ClockSources): Reading {
  const { plan, trial, time, disturbance, policy } = sources;
  const { kind, recoverAt, at } = disturbance;
  const nodes = hitNodes(sources);
  if (kind !== 'fault' || nodes.length === 0) return notHit;
  if (plan.edge === undefined) return noEdge;
  if (recoverAt === null) return none('not-applicable', `${nodes.join(', ')} was not brought back`);
  const gone = nodes.filter((node) => !greenAt(trial, node, recoverAt));
  if (gone.length === 0) return none('not-applicable', 'the edge had not ejected it');
  const held = gone.filter((node) => greenAt(trial, node, at));
  if (held.length === 0) return notHeld(gone);
  const after = trial.health.filter((event) => event.t >= recoverAt);
  const back = lastOfFirsts(held, after, ({ eligible, healthy }) => eligible && healthy);
  if (back.at === null)
    return none('not-seen', `the edge had not readmitted ${back.missing.join(', ')} by the end`);
  return {
    seconds: time.seconds(recoverAt, back.at),
    resolution: plan.edge.checks[policy].intervalMs / 1000,
  };
}

/** The clocks read from the cluster, by their names in the catalogue. */
export const clusterClocks = {
  edgeEjected: { read: edgeEjected },
  nodeNotReady: { read: nodeNotReady },
  endpointsRemoved: { read: endpointsRemoved },
  nodeReadmitted: { read: nodeReadmitted },
} satisfies Record<string, ClockReader>;
