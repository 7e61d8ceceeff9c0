import type { PathPlace } from '../../catalogue/faults.ts';
import { staysOnNode, type TrafficPolicy } from '../../catalogue/policies.ts';
import type { TopologyNode } from '../../history/schema.ts';
import { type Blame, takesPlace } from './attribution.ts';
import type { Disturbance } from './disturbances.ts';
import { shareOn } from './placement.ts';
import { preferredPods } from './preferred-pods.ts';

/** What a fault takes, and where. */
type Struck = Pick<Disturbance, 'nodes' | 'fault' | 'podKilled'>;

/**
 * The share of connections under a policy that depend on what the parts of a fault take, from topology and policy alone.
 * The balancer spreads connections evenly over green nodes; kube-proxy spreads evenly over all ingress pods, or those that
 * its node prefers by trafficDistribution, or, under a policy that stays on the node, over those of the transit node; the
 * ingress spreads evenly over app pods. Lost is what has a target in any of these places; without a preference
 * 1 - (1 - transit)(1 - ingress)(1 - app).
 */
export function shareThrough(
  { placement, run, meaning }: Blame,
  strikes: readonly Struck[],
  policy: TrafficPolicy,
): number {
  const [first] = strikes;
  if (first === undefined) return 0;
  const stays = staysOnNode(policy);
  const hit = new Set(strikes.flatMap(({ nodes }) => nodes));
  const topology = run.topology?.nodes ?? [];
  const nodes = topology.map(({ name }) => name);
  const green = stays ? [...placement.ingress.keys()] : nodes;
  const transit = green.length === 0 ? 0 : green.filter((node) => hit.has(node)).length / green.length;
  const distribution =
    meaning.policy?.trafficDistribution ?? run.header.plan.service?.trafficDistribution ?? null;
  /** Of what comes to one node, the share that goes on to ingress pods of another. */
  const onward = (from: TopologyNode, to: string) =>
    shareOn(preferredPods(placement.ingress, topology, from, distribution), to);
  const mean = (share: (from: TopologyNode) => number) =>
    sum(topology.map(share)) / Math.max(1, topology.length);
  if (first.podKilled !== null) {
    const share = (node: string) => (stays ? 1 / green.length : mean((from) => onward(from, node)));
    const ofPod = (node: string) =>
      first.podKilled === 'app'
        ? shareOn(placement.app, node)
        : green.includes(node) || !stays
          ? share(node)
          : 0;
    const pods = first.podKilled === 'app' ? placement.app : placement.ingress;
    // A pod takes its own part of its node's.
    return rounded(
      sum([...hit].map((node) => ofPod(node) * Math.min(1, takenOn(strikes, node) / (pods.get(node) || 1)))),
    );
  }
  const onwardToHit = (from: TopologyNode) => sum([...hit].map((node) => onward(from, node)));
  const ingress = stays ? transit : mean(onwardToHit);
  const app = sum([...hit].map((node) => shareOn(placement.app, node)));
  const takes = (place: PathPlace, share: number) => (takesPlace(first, place) ? share : 0);
  const carried = takes('transit', transit);
  const served = takes('ingress', ingress);
  // If connections stay on their node, transit and ingress are one and the same.
  const carries = (from: TopologyNode) => takesPlace(first, 'transit') && hit.has(from.name);
  const front = stays
    ? Math.max(carried, served)
    : mean((from) => (carries(from) ? 1 : takes('ingress', onwardToHit(from))));
  return rounded(1 - (1 - front) * (1 - takes('endpoint', app)));
}

/** By node, the share of streams that its death would take under the policy that a trial ends with. */
export function nodeLossShares(blame: Blame): { node: string; share: number }[] {
  const { run, finalPolicy } = blame;
  const nodes = (run.topology?.nodes ?? []).filter(({ controlPlane }) => !controlPlane);
  return nodes.map(({ name }) => ({ node: name, share: shareThrough(blame, [death(name)], finalPolicy) }));
}

/** Takes the node as a whole: whatever it forwards and whatever runs on it. */
const death = (node: string): Struck => ({ nodes: [node], fault: null, podKilled: null });

/** How many pods of a node the parts of a fault take. */
const takenOn = (strikes: readonly Struck[], node: string): number =>
  strikes.filter(({ nodes }) => nodes.includes(node)).length;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** The share of new connections that a disturbance fails, until the balancer has reacted; null: nothing predicts it. */
export function newConnectionsFailing(blame: Blame, disturbance: Disturbance): number | null {
  const { placement, run, finalPolicy } = blame;
  if (disturbance.kind === 'fault') {
    const share = shareThrough(blame, [disturbance], finalPolicy);
    return share === 0 ? null : share;
  }
  if (disturbance.kind !== 'flip' || !staysOnNode(finalPolicy)) return null;
  const nodes = (run.topology?.nodes ?? []).filter(({ name }) => !placement.ingress.has(name)).length;
  const all = run.topology?.nodes.length ?? 0;
  return all === 0 || nodes === 0 ? null : nodes / all;
}

const rounded = (share: number) => Math.round(share * 1e6) / 1e6;
