import type { PathPlace } from '../../catalogue/faults.ts';
import { staysOnNode, type TrafficPolicy } from '../../catalogue/policies.ts';
import { type Blame, takesPlace } from './attribution.ts';
import type { Disturbance } from './disturbances.ts';
import { shareOn } from './placement.ts';

/** What a fault takes, and where. */
type Struck = Pick<Disturbance, 'node' | 'fault' | 'podKilled'>;

/**
 * The share of connections under a policy that depend on what the fault takes, from topology and policy alone. The
 * balancer spreads connections evenly over green nodes; kube-proxy spreads evenly over all ingress pods or, under a
 * policy that stays on the node, over those of the transit node; the ingress spreads evenly over app pods. Lost is what has the target in any of
 * these places: 1 - (1 - transit)(1 - ingress)(1 - app).
 */
export function shareThrough({ placement, run }: Blame, fault: Struck, policy: TrafficPolicy): number {
  const stays = staysOnNode(policy);
  const { node } = fault;
  if (node === null) return 0;
  const nodes = (run.topology?.nodes ?? []).map(({ name }) => name);
  const green = stays ? [...placement.ingress.keys()] : nodes;
  const transit = green.includes(node) ? 1 / green.length : 0;
  const ingress = stays ? transit : shareOn(placement.ingress, node);
  const app = shareOn(placement.app, node);
  // A pod that is killed takes its own part of the node's.
  const pod = (part: number, pods: ReadonlyMap<string, number>) => part / Math.max(1, pods.get(node) ?? 1);
  if (fault.podKilled === 'ingress') return rounded(pod(ingress, placement.ingress));
  if (fault.podKilled === 'app') return rounded(pod(app, placement.app));
  const takes = (place: PathPlace, share: number) => (takesPlace(fault, place) ? share : 0);
  const carried = takes('transit', transit);
  const served = takes('ingress', ingress);
  // If connections stay on their node, transit and ingress are one and the same.
  const front = stays ? Math.max(carried, served) : 1 - (1 - carried) * (1 - served);
  return rounded(1 - (1 - front) * (1 - takes('endpoint', app)));
}

/** By node, the share of streams that its death would take under the policy that a trial ends with. */
export function nodeLossShares(blame: Blame): { node: string; share: number }[] {
  const { run, finalPolicy } = blame;
  const nodes = (run.topology?.nodes ?? []).filter(({ controlPlane }) => !controlPlane);
  return nodes.map(({ name }) => ({ node: name, share: shareThrough(blame, death(name), finalPolicy) }));
}

/** Takes the node as a whole: whatever it forwards and whatever runs on it. */
const death = (node: string): Struck => ({ node, fault: null, podKilled: null });

/** The share of new connections that a disturbance fails, until the balancer has reacted; null: nothing predicts it. */
export function newConnectionsFailing(blame: Blame, disturbance: Disturbance): number | null {
  const { placement, run, finalPolicy } = blame;
  if (disturbance.kind === 'fault') {
    const share = shareThrough(blame, disturbance, finalPolicy);
    return share === 0 ? null : share;
  }
  if (disturbance.kind !== 'flip' || !staysOnNode(finalPolicy)) return null;
  const nodes = (run.topology?.nodes ?? []).filter(({ name }) => !placement.ingress.has(name)).length;
  const all = run.topology?.nodes.length ?? 0;
  return all === 0 || nodes === 0 ? null : nodes / all;
}

const rounded = (share: number) => Math.round(share * 1e6) / 1e6;
