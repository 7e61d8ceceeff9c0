import type { PathPlace } from '../../catalogue/faults.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import type { TopologyNode } from '../../history/schema.ts';
import { type Blame, policyAt, takesPlace } from './attribution.ts';
import { balancerShares } from './balancer-shares.ts';
import type { Disturbance } from './disturbances.ts';
import { pathShares, rounded } from './path-shares.ts';
import { shareOn } from './placement.ts';
import { passesNoService, stays } from './stays.ts';

/** What a fault takes, and on which nodes. */
type Injected = Pick<Disturbance, 'nodes' | 'fault' | 'podKilled'> & Partial<Pick<Disturbance, 'pods'>>;

/**
 * The share of connections under a policy that depend on what the parts of a fault take, from topology and policy alone.
 * The balancer spreads connections evenly over green nodes, or their zones first; kube-proxy spreads evenly over all ingress pods, or those that
 * its node prefers by trafficDistribution, or, under a policy that stays on the node, over those of the transit node; the
 * ingress spreads evenly over app pods. Lost is what has a target in any of these places; without a preference
 * 1 - (1 - transit)(1 - ingress)(1 - app).
 */
export function shareThrough(blame: Blame, parts: readonly Injected[], policy: TrafficPolicy): number {
  // A part of a fault that takes pods elsewhere takes none itself.
  const injections = parts.filter(({ pods }) => pods?.length !== 0);
  const [first] = injections;
  if (first === undefined) return 0;
  const { stays: staying, balancedTo, onward, mean } = pathShares(blame, policy);
  const { placement } = blame;
  const hit = new Set(injections.flatMap(({ nodes }) => nodes));
  const transit = sum([...hit].map(balancedTo));
  if (first.podKilled !== null) {
    const share = (node: string) => (staying ? balancedTo(node) : mean((from) => onward(from, node)));
    const ofPod = (node: string) => (first.podKilled === 'app' ? shareOn(placement.app, node) : share(node));
    const pods = first.podKilled === 'app' ? placement.app : placement.ingress;
    // A pod takes its own part of its node's.
    return rounded(
      sum(
        [...hit].map((node) => ofPod(node) * Math.min(1, takenOn(injections, node) / (pods.get(node) || 1))),
      ),
    );
  }
  const onwardToHit = (from: TopologyNode) => sum([...hit].map((node) => onward(from, node)));
  const ingress = staying ? transit : mean(onwardToHit);
  const app = sum([...hit].map((node) => shareOn(placement.app, node)));
  const takes = (place: PathPlace, share: number) => (takesPlace(first, place) ? share : 0);
  const carried = takes('transit', transit);
  const served = takes('ingress', ingress);
  // If connections stay on their node, transit and ingress are one and the same.
  const carries = (from: TopologyNode) => takesPlace(first, 'transit') && hit.has(from.name);
  const front = staying
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
const death = (node: string): Injected => ({ nodes: [node], fault: null, podKilled: null });

/** How many pods of a node the parts of a fault take. */
const takenOn = (injections: readonly Injected[], node: string): number =>
  injections.filter(({ nodes }) => nodes.includes(node)).length;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** The share of new connections that a disturbance fails, until the balancer has reacted; null: nothing predicts it. */
export function newConnectionsFailing(blame: Blame, disturbance: Disturbance): number | null {
  const { placement, run, finalPolicy } = blame;
  if (disturbance.kind === 'fault') {
    const share = shareThrough(blame, [disturbance], policyAt(disturbance.at, blame));
    return share === 0 ? null : share;
  }
  // An HTTP balancer goes on with the connections that it has kept from before a flip: how many requests they take is not predicted.
  if (run.header.plan.edge?.http !== undefined) return null;
  if (disturbance.kind !== 'flip' || !stays(finalPolicy, blame) || passesNoService(blame)) return null;
  const topology = run.topology?.nodes ?? [];
  const balanced = balancerShares(topology, run.header.plan.edge);
  const share = sum(
    topology.map(({ name }) => (placement.ingress.has(name) ? 0 : (balanced.get(name) ?? 0))),
  );
  return share === 0 ? null : rounded(share);
}
