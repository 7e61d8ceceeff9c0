import type { Milliseconds, NodeName } from '../base/units.ts';
import { faultTraits } from '../catalogue/faults.ts';
import { tolerates } from '../kube/tolerations.ts';
import { noticeOf } from './notice.ts';
import { fittingNodes } from './placement.ts';
import type { Plan, PlannedPlacement } from './schema.ts';

/** On which nodes the workload's pods are before the fault. */
type PodNodes = Readonly<Record<'ingress' | 'app', Iterable<NodeName>>>;

/** What the node controller puts on a node that answers nobody (k8s.io/api/core/v1, well_known_taints.go). */
const unreachable = { key: 'node.kubernetes.io/unreachable', value: '', effect: 'NoExecute' };

/**
 * How long after NotReady a service stays without any ready endpoint, cluster time: if the fault makes the nodes
 * NotReady that held all of its pods, others begin elsewhere only once Kubernetes evicts them. 0 in every other case: another
 * endpoint is left, or nothing would bring one (no other node fits; a DaemonSet's pods, and those that tolerate the taint,
 * are never evicted).
 */
export function evictionMs(plan: Plan, targets: readonly NodeName[], pods: PodNodes): Milliseconds {
  if (plan.fault === null) return 0;
  const { losesLease, emptiesNode } = faultTraits[plan.fault.kind];
  const empties = emptiesNode && noticeOf(plan.fault) !== null;
  if (!losesLease || empties) return 0;
  const waits = (['ingress', 'app'] as const).some((part) => {
    const nodes = [...pods[part]];
    return (
      nodes.length > 0 &&
      nodes.every((node) => targets.includes(node)) &&
      comesBack(plan, plan[part], targets)
    );
  });
  return waits ? plan.timers.podEvictionMs : 0;
}

function comesBack({ nodes }: Plan, placement: PlannedPlacement, targets: readonly NodeName[]): boolean {
  if (placement.kind === 'DaemonSet') return false;
  if (placement.tolerations.some((toleration) => tolerates(toleration, unreachable))) return false;
  return fittingNodes(nodes, placement).some(({ name }) => !targets.includes(name));
}
