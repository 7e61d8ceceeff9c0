import type { NodeName } from '../../base/units.ts';
import { zoneLabel } from '../../catalogue/zones.ts';
import type { TopologyNode } from '../../history/schema.ts';
import type { AnyPlan } from '../../plan/schema.ts';

/**
 * The share of all connections that the balancer sends to each of these nodes: evenly over all, or, if they stay in their
 * zone, evenly over the zones and then over the nodes of each (src/edge/zones.ts).
 */
export function balancerShares(
  nodes: readonly TopologyNode[],
  edge: AnyPlan['edge'],
): ReadonlyMap<NodeName, number> {
  const zoneOf = ({ labels }: TopologyNode) => labels[zoneLabel];
  const zoned = edge?.crossZone === false ? nodes.filter((node) => zoneOf(node) !== undefined) : [];
  if (zoned.length === 0) return new Map(nodes.map(({ name }) => [name, 1 / nodes.length]));
  const zones = new Map<string | undefined, number>();
  for (const node of zoned) zones.set(zoneOf(node), (zones.get(zoneOf(node)) ?? 0) + 1);
  return new Map(zoned.map((node) => [node.name, 1 / zones.size / (zones.get(zoneOf(node)) ?? 1)]));
}
