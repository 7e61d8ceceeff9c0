/** A node with this label is no target of cloud load balancers (KEP-1143). */
export const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** kube-proxy's --healthz-bind-address: 0.0.0.0:10256 by default. */
export const healthzPort = 10_256;

/** An annotation of the Service in a playground: the preset that its balancer behaves by. */
export const presetAnnotation = 'midflight.dev/edge-preset';

/** On pods of the ingress that are there for a switchover only, and on nothing else. */
export const extraIngressLabel = 'midflight.dev/extra-ingress';
