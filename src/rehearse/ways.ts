import { type PolicyName, switchoverPolicy, type TrafficPolicy } from '../catalogue/policies.ts';
import { type SwitchoverName, switchoverNames } from '../catalogue/switchovers.ts';
import { detectionMs } from '../plan/flip-time.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import { type Shape, transitOf } from './shape.ts';

/** From a pod's SIGTERM until kube-proxy everywhere sends it nothing new, seconds: what src/policies asks for as well. */
const proxiesFollowSeconds = 5;

/** The policies to rehearse: both as they stand, and each way from the present one that this balancer and shape allow. */
export function policiesFor(shape: Shape, edge: PlannedEdge): PolicyName[] {
  const final: TrafficPolicy = shape.policy === 'Cluster' ? 'Local' : 'Cluster';
  const direction = final === 'Local' ? 'Cluster->Local' : 'Local->Cluster';
  const ways = switchoverNames.filter((name) => isPossible(name, shape, edge, final));
  return ['Cluster', 'Local', ...ways.map((name) => switchoverPolicy(direction, name))];
}

function isPossible(name: SwitchoverName, shape: Shape, edge: PlannedEdge, final: TrafficPolicy): boolean {
  if (name === 'in-place') return true;
  if (edge.onFlip === 'nothing') return false;
  const excludes =
    edge.excludeLabel === 'honoured' &&
    transitOf(shape).length > 0 &&
    !shape.pools.some((pool) => pool.runsIngress && pool.excluded);
  switch (name) {
    case 'exclude-first':
      return excludes;
    case 'pin-check':
      return excludes && edge.pinCheck !== null;
    case 'keep-established':
      return excludes && edge.keepEstablished !== null;
    case 'daemonset-first': {
      if (transitOf(shape).length === 0) return false;
      if (final === 'Local' && edge.excludeLabel === 'honoured') return true;
      const needs = final === 'Cluster' ? proxiesFollowSeconds : detectionMs(edge, 'Local') / 1000;
      return (shape.ingress.traefikAcceptSeconds ?? 0) >= needs;
    }
    case 'parallel-service':
      return true;
  }
}
