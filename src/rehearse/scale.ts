import { nodesOf, type PoolShape, type Shape, transitOf } from './shape.ts';

/** How many nodes an embedded cluster holds on two cores without being late. */
const mostNodes = 12;

/** Fewer nodes in the same proportions, with a note that states them. A small shape stays as it is. */
export function scaledDown(shape: Shape, most = mostNodes): Shape {
  const before = nodesOf(shape.pools);
  if (before <= most) return shape;
  const pools = shrunk(fewer(shape.pools, Math.floor(most / 2)), most);
  const ingressNodes = (of: readonly PoolShape[]) => nodesOf(of.filter(({ runsIngress }) => runsIngress));
  const perNode = shape.ingress.pods / Math.max(1, ingressNodes(shape.pools));
  const pods = Math.max(1, Math.round(perNode * ingressNodes(pools)));
  const share = (of: Pick<Shape, 'pools'>) =>
    `${Math.round((100 * nodesOf(transitOf(of))) / Math.max(1, nodesOf(of.pools.filter((one) => !one.excluded))))} %`;
  const note = `Scaled down: ${before} nodes are ${nodesOf(pools)} here, ${shape.ingress.pods} ingress pods are ${pods}. Nodes that only pass connections on are ${share(shape)} of the balancer's nodes there and ${share({ pools })} here: shares of lost requests carry over as far as these agree, counts do not.`;
  return { ...shape, pools, ingress: { ...shape.ingress, pods }, notes: [note, ...shape.notes] };
}

/** Too many kinds of nodes: first zones are put together, then whatever has the same role. */
function fewer(pools: readonly PoolShape[], most: number): readonly PoolShape[] {
  if (pools.length <= most) return pools;
  const withoutZones = merged(pools, ({ name, zone: _zone, count: _count, of: _of, ...rest }) => [
    rest,
    name.replace(/-b\d+$/, ''),
  ]);
  if (withoutZones.length <= most) return withoutZones;
  return merged(pools, ({ preemptible, runsIngress, excluded }) => [preemptible, runsIngress, excluded]);
}

function merged(pools: readonly PoolShape[], keyOf: (pool: PoolShape) => unknown): PoolShape[] {
  const groups = new Map<string, PoolShape>();
  for (const pool of pools) {
    const key = JSON.stringify(keyOf(pool));
    const { count = 0, ...found } = groups.get(key) ?? { ...pool, count: 0 };
    groups.set(key, { ...found, zone: null, count: count + pool.count, of: count + pool.count });
  }
  return [...groups.values()];
}

/** Each kind keeps one node at least; what that adds is taken from the largest. */
function shrunk(pools: readonly PoolShape[], most: number): PoolShape[] {
  const factor = most / nodesOf(pools);
  const made = pools.map((pool) => ({ ...pool, count: Math.max(1, Math.round(pool.count * factor)) }));
  while (nodesOf(made) > most) {
    const largest = made.reduce((a, b) => (b.count > a.count ? b : a));
    if (largest.count === 1) break;
    largest.count -= 1;
  }
  return made;
}
