import { seededRandom, seedOf } from '../base/random.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import { sendsToPods } from './annotations.ts';
import type { Endpoint } from './endpoints.ts';
import { byName, type FollowedService, type Target } from './targets.ts';

/**
 * What the controller puts behind the balancer under the Service's policy: nodes, nodes with an ingress pod, or the pods.
 * Above its limit it takes a random subset that stays the same for one seed.
 */
export function backendsOf(
  preset: Pick<PlannedEdge, 'backends' | 'hostPort'>,
  service: FollowedService | null,
  nodes: readonly Target[],
  endpoints: readonly Endpoint[],
  seed: number,
): Target[] {
  const own = preset.backends[service?.policy ?? 'Cluster'];
  const { from, max } = sendsToPods(service) ? { from: 'pods' as const, max: null } : own;
  const { hostPort } = preset;
  const among = from === 'pods' ? podTargets(endpoints) : nodes.filter(holds(from, endpoints));
  // The pods themselves have no port of their node in front.
  const found =
    hostPort === undefined || from === 'pods' ? among : among.map((node) => atHostPort(node, hostPort));
  if (max === null || found.length <= max) return [...found];
  const luck = new Map(found.map(({ name }) => [name, seededRandom(seedOf(seed, 'subset', name))()]));
  return found
    .toSorted((one, other) => (luck.get(one.name) ?? 0) - (luck.get(other.name) ?? 0))
    .slice(0, max)
    .sort(byName);
}

/** Only what the node itself passes on can answer a hello. */
const atHostPort = (node: Target, { port, forwarded }: NonNullable<PlannedEdge['hostPort']>): Target => ({
  ...node,
  podPort: port,
  hello: node.hello && forwarded,
});

function holds(from: 'nodes' | 'ingress-nodes', endpoints: readonly Endpoint[]) {
  const ingress = new Set(endpoints.map(({ node }) => node));
  return ({ name }: Target) => from === 'nodes' || ingress.has(name);
}

/** One target for each node with pods, by the node's name, so that paths are named alike; the first of several pods. */
function podTargets(endpoints: readonly Endpoint[]): Target[] {
  const byNode = new Map<string, Target>();
  for (const { node, address, port } of endpoints) {
    if (port === null || byNode.has(node)) continue;
    byNode.set(node, { name: node, address, portOffset: 0, hello: false, podPort: port });
  }
  return [...byNode.values()].sort(byName);
}
