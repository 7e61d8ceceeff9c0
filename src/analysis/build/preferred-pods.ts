import type { NodeName } from '../../base/units.ts';
import { zoneLabel } from '../../catalogue/zones.ts';
import type { TopologyNode } from '../../history/schema.ts';
import type { AnyPlan } from '../../plan/schema.ts';

type PodCounts = ReadonlyMap<NodeName, number>;
type Distribution = NonNullable<AnyPlan['service']>['trafficDistribution'];

/**
 * The pods that a node sends to under Cluster: with PreferSameNode its own; with any preference, and if it has none itself,
 * those of its zone; else all (pkg/proxy/topology.go). Pods by node.
 */
export function preferredPods(
  pods: PodCounts,
  nodes: readonly TopologyNode[],
  from: TopologyNode,
  distribution: Distribution,
): PodCounts {
  if (distribution === null) return pods;
  const zones = new Map(nodes.map(({ name, labels }) => [name, labels[zoneLabel]]));
  const of = (fits: (node: NodeName) => boolean) => new Map([...pods].filter(([node]) => fits(node)));
  const own = distribution === 'PreferSameNode' ? of((node) => node === from.name) : new Map();
  const zone = from.labels[zoneLabel];
  // One pod outside any zone, and no zone is preferred at all.
  const zoned = zone !== undefined && [...pods.keys()].every((node) => zones.get(node) !== undefined);
  const near = zoned ? of((node) => zones.get(node) === zone) : new Map();
  return [own, near].find(({ size }) => size > 0) ?? pods;
}
