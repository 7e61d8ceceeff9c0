import { staysOnNode, type TrafficPolicy } from '../../catalogue/policies.ts';
import type { Blame } from './attribution.ts';

/** The balancer sends to a port of the nodes on which the ingress itself listens: kube-proxy and the policy have no part in it. */
export const passesNoService = ({ run }: Pick<Blame, 'run'>): boolean =>
  run.header.plan.edge?.hostPort !== undefined;

/** Whether a connection under this policy never leaves the node that the balancer chose. */
export const stays = (policy: TrafficPolicy, blame: Pick<Blame, 'run'>): boolean =>
  passesNoService(blame) || staysOnNode(policy);
