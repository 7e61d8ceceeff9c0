import type { Service } from '../api/kinds.ts';

type ServiceSpec = Service['spec'];

export const needsNodePorts = (spec: ServiceSpec) =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
/** Kubernetes' NeedsHealthCheck. */
export const needsHealthCheckPort = (spec: ServiceSpec) =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
/** Kubernetes' ExternallyAccessible. */
export const isExternal = (spec: ServiceSpec) =>
  spec.type === 'LoadBalancer' ||
  spec.type === 'NodePort' ||
  (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
