import type { NodeName } from '../base/units.ts';
import type { PlannedNode, PlannedPlacement } from './schema.ts';

type Taint = PlannedNode['taints'][number];
type Toleration = PlannedPlacement['tolerations'][number];

/** As k8s.io/component-helpers/scheduling/corev1: an empty effect tolerates all, an empty key with Exists everything. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key !== undefined && toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === taint.value;
}

/** The nodes that may run it: labels selected, hard taints tolerated. */
export function fittingNodes(
  nodes: readonly PlannedNode[],
  placement: Pick<PlannedPlacement, 'nodeSelector' | 'tolerations'>,
): PlannedNode[] {
  return nodes.filter(
    ({ labels, taints }) =>
      Object.entries(placement.nodeSelector).every(([key, value]) => labels[key] === value) &&
      taints
        .filter(({ effect }) => effect !== 'PreferNoSchedule')
        .every((taint) => placement.tolerations.some((toleration) => tolerates(toleration, taint))),
  );
}

/** Where its pods will be: a DaemonSet on each that fits, replicas of a Deployment spread over them by name. */
export function placementOf(
  nodes: readonly PlannedNode[],
  placement: PlannedPlacement,
): Map<NodeName, number> {
  const fitting = fittingNodes(nodes, placement)
    .map(({ name }) => name)
    .sort();
  if (placement.kind === 'DaemonSet') return new Map(fitting.map((name) => [name, 1]));
  const counts = new Map<NodeName, number>();
  for (let replica = 0; replica < placement.replicas && fitting.length > 0; replica += 1) {
    const name = fitting[replica % fitting.length] ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
