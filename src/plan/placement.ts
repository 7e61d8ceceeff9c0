import type { NodeName } from '../base/units.ts';
import { hasLabels } from '../kube/labels.ts';
import { tolerates } from '../kube/tolerations.ts';
import type { PlannedNode, PlannedPlacement } from './schema.ts';

/** The nodes that may run it: labels selected, hard taints tolerated. */
export function fittingNodes(
  nodes: readonly PlannedNode[],
  placement: Pick<PlannedPlacement, 'nodeSelector' | 'tolerations'>,
): PlannedNode[] {
  return nodes.filter(
    ({ labels, taints }) =>
      hasLabels(placement.nodeSelector, labels) &&
      taints
        .filter(({ effect }) => effect !== 'PreferNoSchedule')
        .every((taint) => placement.tolerations.some((toleration) => tolerates(toleration, taint))),
  );
}

/**
 * The nodes of its pods, if somebody has looked; else the nodes where they will be: a DaemonSet's on each that fits, replicas of
 * a Deployment spread over them by name.
 */
export function placementOf(
  nodes: readonly PlannedNode[],
  placement: PlannedPlacement,
): Map<NodeName, number> {
  if (placement.on !== undefined) return new Map(Object.entries(placement.on));
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
