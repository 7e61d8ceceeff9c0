import { preferred } from './topology.ts';
import type { EndpointView, ProxiedService } from './types.ts';

/** What a NodePort does with a new connection. */
export type Rule =
  | {
      readonly kind: 'serve';
      readonly policy: 'Cluster' | 'Local';
      readonly endpoints: readonly EndpointView[];
    }
  /** No answer at all: kube-proxy's DROP if Local has endpoints, but none here. */
  | { readonly kind: 'silent' }
  /** kube-proxy's REJECT if there is no endpoint anywhere. */
  | { readonly kind: 'refuse' };

/**
 * pkg/proxy/topology.go, CategorizeEndpoints: ready endpoints; if there are none, those that still serve though they
 * are terminating (KEP-1669). Under Local only those of this node, but whether there are any at all counts cluster-wide.
 */
export function ruleOf(
  { externalTrafficPolicy: policy }: Pick<ProxiedService, 'externalTrafficPolicy'>,
  endpoints: readonly EndpointView[],
  node: string,
  zone: string | null = null,
): Rule {
  const anywhere = usable(endpoints);
  if (anywhere.length === 0) return { kind: 'refuse' };
  if (policy === 'Cluster') return { kind: 'serve', policy, endpoints: preferred(anywhere, node, zone) };
  const here = usable(endpoints.filter((endpoint) => endpoint.node === node));
  return here.length === 0 ? { kind: 'silent' } : { kind: 'serve', policy, endpoints: here };
}

function usable(endpoints: readonly EndpointView[]): readonly EndpointView[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.serving && endpoint.terminating);
}

/** The endpoints of one port of a Service (pkg/proxy/types.go, ServicePortName). Undefined: its only port, without a name. */
export const servingPort = (endpoints: readonly EndpointView[], name: string | undefined) =>
  endpoints.filter(({ portName }) => portName === name);

/**
 * What the healthCheckNodePort counts: ready ones here, terminating ones not (pkg/proxy/healthcheck/service_health.go), each pod
 * once, however many ports it serves (pkg/proxy/endpointschangetracker.go, localReadyEndpoints: a set of addresses).
 */
export function localReady(endpoints: readonly EndpointView[], node: string): number {
  const here = endpoints.filter((endpoint) => endpoint.node === node && endpoint.ready);
  return new Set(here.map(({ address, podAddress }) => podAddress ?? address)).size;
}

/**
 * The source address with which the connection goes on. Cluster masquerades: the node's address towards other nodes,
 * the bridge's if the pod is on this node (both from the routing table, as iptables' MASQUERADE picks them). Local
 * keeps the client's. Null: the system's choice.
 */
export function sourceFor(
  policy: 'Cluster' | 'Local',
  endpoint: EndpointView,
  self: { readonly node: string; readonly address: string; readonly bridgeAddress: string },
  client: string | undefined,
): string | null {
  // To the node's own address (hostNetwork) it is delivered here and passes no POSTROUTING: nothing is masqueraded.
  const delivered = endpoint.node === self.node && endpoint.address === self.address;
  if (policy === 'Cluster' && !delivered)
    return endpoint.node === self.node ? self.bridgeAddress : self.address;
  // Only loopback addresses can be taken for somebody else's.
  return client?.startsWith('127.') ? client : null;
}
