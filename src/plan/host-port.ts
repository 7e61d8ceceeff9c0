import { perTrafficPolicy } from '../catalogue/policies.ts';
import { ingressPort, securePort } from '../kube/names.ts';
import type { Plan, PlannedCheck, PlannedEdge } from './schema.ts';

/** What a scenario says of the port that the balancer dials; absent: the node's own port of the ingress, if it has one. */
type SendsTo = 'nodePort' | 'hostPort';

type IngressPorts = Pick<Plan['ingress'], 'hostNetwork' | 'hostPort'>;

/** True if the ingress pods have a port of their node. */
export const hasNodesPort = ({ hostNetwork, hostPort }: IngressPorts): boolean =>
  hostNetwork === true || hostPort === true;

/**
 * The balancer in front of ingress pods that have a port of their node: with hostNetwork the node's network is theirs, with
 * hostPort the container runtime's network plugin passes the port on to the node's own pod (CNI plugin portmap). Neither passes
 * kube-proxy: no second hop, no address rewritten, and nothing of it depends on the policy. Nodes without such a pod refuse, so a
 * check of the port itself is what finds them; a check of a port that the scenario numbers stays.
 */
export function towardsHost(
  edge: PlannedEdge,
  ingress: IngressPorts & Pick<Plan['ingress'], 'tls'>,
  sendsTo: SendsTo | undefined,
): PlannedEdge {
  const podsAreTargets = Object.values(edge.backends).some(({ from }) => from === 'pods');
  if (!hasNodesPort(ingress) || podsAreTargets || sendsTo === 'nodePort') return edge;
  const onPort = (check: PlannedCheck): PlannedCheck =>
    typeof check.port === 'number' ? check : { ...check, kind: 'tcp', port: 'pod', path: '' };
  const port = ingress.tls ? securePort : ingressPort;
  return {
    ...edge,
    hostPort: { port, forwarded: ingress.hostNetwork !== true },
    checks: perTrafficPolicy((policy) => onPort(edge.checks[policy])),
    backends: perTrafficPolicy(() => ({ from: 'nodes', max: null })),
    onFlip: 'nothing',
    pinCheck: null,
    source: `${edge.source}; sends to port ${port} of the nodes, as no Service is passed`,
  };
}
