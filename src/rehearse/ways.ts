import { type PolicyName, switchoverPolicy, type TrafficPolicy } from '../catalogue/policies.ts';
import { type SwitchoverName, switchoverNames, switchovers, type WayNeed } from '../catalogue/switchovers.ts';
import { extraSleepMs } from '../plan/extra-sleep.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import { balancerNeeds } from '../plan/way-needs.ts';
import { type Shape, transitOf } from './shape.ts';

/** The policies to rehearse: both without a change, and each way from the present one that this balancer and shape allow. */
export function policiesFor(shape: Shape, edge: PlannedEdge): PolicyName[] {
  const final: TrafficPolicy = shape.policy === 'Cluster' ? 'Local' : 'Cluster';
  const direction = final === 'Local' ? 'Cluster->Local' : 'Local->Cluster';
  const ways = switchoverNames.filter((name) => isPossible(name, shape, edge, final));
  return ['Cluster', 'Local', ...ways.map((name) => switchoverPolicy(direction, name))];
}

/** A way that `midflight flip` would refuse on this cluster is not rehearsed either. */
function isPossible(name: SwitchoverName, shape: Shape, edge: PlannedEdge, final: TrafficPolicy): boolean {
  const needs = switchovers[name].needs ?? [];
  return needs.every((need) => balancerNeeds[need](edge) === null && isMet(need, shape, edge, final));
}

/** The part of a need that the cluster's shape decides. */
function isMet(need: WayNeed, shape: Shape, edge: PlannedEdge, final: TrafficPolicy): boolean {
  const hasTransit = transitOf(shape).length > 0;
  switch (need) {
    case 'exclude-label':
      return hasTransit && !shape.pools.some((pool) => pool.runsIngress && pool.excluded);
    case 'copied-ingress': {
      const { hook } = shape.ingress;
      return hasTransit && (hook !== 'other' || extraSleepMs(edge, final) === 0);
    }
    case 'policy-matters':
    case 'pinned-check':
    case 'kept-connections':
      return true;
  }
}
