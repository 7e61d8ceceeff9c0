import type { NodeName } from '../../base/units.ts';
import { type ArrangementName, arrangementTraits } from '../../catalogue/arrangements.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import type { TopologyNode } from '../../history/schema.ts';
import type { Blame } from './attribution.ts';
import { balancerShares } from './balancer-shares.ts';
import { shareOn } from './placement.ts';
import { preferredPods } from './preferred-pods.ts';
import { stays as staysOn } from './stays.ts';

type Sources = Pick<Blame, 'placement' | 'run' | 'meaning'>;

/** How connections spread over nodes and ingress pods under a policy, from topology and policy alone. */
interface PathShares {
  /** A connection never leaves the node that the balancer sent it to. */
  readonly stays: boolean;
  /** The share of all connections that the balancer sends to a node. */
  balancedTo(node: NodeName): number;
  /** Of what comes to one node, the share that goes on to ingress pods of another. */
  onward(from: TopologyNode, to: NodeName): number;
  /** Over the nodes that the balancer sends to, weighed by how much. */
  mean(share: (from: TopologyNode) => number): number;
}

export function pathShares({ placement, run, meaning }: Sources, policy: TrafficPolicy): PathShares {
  const { edge, service } = run.header.plan;
  const arranged = arrangementOf(meaning.policy?.arrangement);
  const backends = edge?.backends?.[policy].from ?? 'nodes';
  const stays = staysOn(policy, { run }) || arranged.stays || backends === 'pods';
  const reachesIngressNodes = stays || arranged.reaches === 'ingress-nodes' || backends === 'ingress-nodes';
  const topology = run.topology?.nodes ?? [];
  const green = reachesIngressNodes ? topology.filter(({ name }) => placement.ingress.has(name)) : topology;
  const balanced = balancerShares(green, edge);
  const balancedTo = (node: NodeName) => balanced.get(node) ?? 0;
  const distribution = meaning.policy?.trafficDistribution ?? service?.trafficDistribution ?? null;
  return {
    stays,
    balancedTo,
    onward: (from, to) => shareOn(preferredPods(placement.ingress, topology, from, distribution), to),
    mean: (share) => green.reduce((sum, from) => sum + balancedTo(from.name) * share(from), 0),
  };
}

const arrangementOf = (name: ArrangementName | undefined) =>
  name === undefined ? { reaches: 'as-policy', stays: false } : arrangementTraits[name];

/**
 * The share of connections that the busiest ingress pod gets, and what each would get if they were spread evenly over the pods. Null: no
 * ingress pod is known.
 */
export function busiestPod(
  sources: Sources,
  policy: TrafficPolicy,
): { readonly share: number; readonly even: number } | null {
  const { stays, balancedTo, onward, mean } = pathShares(sources, policy);
  const pods = [...sources.placement.ingress];
  const all = pods.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return null;
  const share = (node: NodeName) => (stays ? balancedTo(node) : mean((from) => onward(from, node)));
  const most = Math.max(...pods.map(([node, count]) => share(node) / count));
  return { share: rounded(most), even: rounded(1 / all) };
}

export const rounded = (share: number) => Math.round(share * 1e6) / 1e6;
