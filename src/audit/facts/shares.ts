import type { ServiceView } from './view.ts';

/**
 * Share of new connections that pass through a preemptible node without an endpoint, as the policy is now, 0 to 1: a
 * balancer chooses among its candidates alike, a drawn subset of them on average the same. Null: not known.
 */
export function exposureOf({ policy, transit, candidates, balancer }: ServiceView): number | null {
  if (balancer.kind.sendsTo === 'pods') return 0;
  if (transit === null || candidates === null) return null;
  if (policy === 'Local' || candidates.nodes.length === 0) return 0;
  return transit.filter(({ spot }) => spot !== null).length / candidates.nodes.length;
}

export interface Transit {
  readonly transit: NonNullable<ServiceView['transit']>;
  /** How many nodes can take its connections. */
  readonly candidates: number;
}

/** Its transit nodes and how many nodes can take its connections; null under Local, and if they are not known. */
export function transitUnderCluster({ policy, transit, candidates }: ServiceView): Transit | null {
  if (policy !== 'Cluster' || transit === null || candidates === null) return null;
  return { transit, candidates: candidates.nodes.length };
}

interface NodeShares {
  readonly node: string;
  readonly zone: string | null;
  readonly preemptible: boolean;
  /** Share of new connections that the death of the node would cut. */
  readonly cluster: number;
  readonly local: number;
}

/**
 * What the death of each node costs under both policies, worst as the policy is now first, at most `most` nodes. Under
 * Cluster a connection is cut if the node takes it or has its pod: 1/N + pods/all - 1/N * pods/all.
 */
export function nodeSharesOf(
  { candidates, endpoints, balancer, policy }: ServiceView,
  most: number,
): NodeShares[] {
  if (candidates === null || endpoints === null || balancer.kind.sendsTo === 'pods' || endpoints.ready === 0)
    return [];
  const total = candidates.nodes.length;
  const localNodes = candidates.nodes.filter(({ name }) => endpoints.byNode.has(name)).length;
  const shares = (name: string) => {
    const pods = (endpoints.byNode.get(name) ?? 0) / endpoints.ready;
    const takes = 1 / total;
    return {
      cluster: takes + pods - takes * pods,
      local: pods > 0 ? 1 / localNodes : 0,
    };
  };
  // All candidates without an endpoint cost the same: those with one, then some of the others.
  const withPods = candidates.nodes.filter(({ name }) => endpoints.byNode.has(name));
  const others = candidates.nodes.filter(({ name }) => !endpoints.byNode.has(name)).slice(0, most);
  const key = policy === 'Local' ? 'local' : 'cluster';
  return [...withPods, ...others]
    .map(({ name, zone, spot }) => ({ node: name, zone, preemptible: spot !== null, ...shares(name) }))
    .sort((a, b) => b[key] - a[key] || (a.node < b.node ? -1 : 1))
    .slice(0, most);
}
