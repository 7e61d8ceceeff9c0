/** A node with this label is no target of cloud load balancers (KEP-1143). */
export const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';

/**
 * On nodes whose exclude label midflight has set: for which Services (NAMESPACE/NAME) or commands, with commas. The label goes
 * when the last of them is done. Somebody else's label has no such annotation.
 */
export const excludedForAnnotation = 'midflight.dev/excluded-for';

/** What the cluster autoscaler puts on a node that it removes (cluster-autoscaler/utils/taints/taints.go, ToBeDeletedTaint). */
export const autoscalerTaint = 'ToBeDeletedByClusterAutoscaler';

/** kube-proxy's --healthz-bind-address: 0.0.0.0:10256 by default. */
export const healthzPort = 10_256;

/** Where an ingress pod takes requests: of its own address, and of the node's if it has a port there. */
export const ingressPort = 8000;
/** The same by TLS, if the ingress ends it. */
export const securePort = 8443;

/** An annotation of the Service in a playground: the preset that its balancer behaves by. */
export const presetAnnotation = 'midflight.dev/edge-preset';

/** On pods of the ingress that are there for a switchover only, and on nothing else. */
export const extraIngressLabel = 'midflight.dev/extra-ingress';

/** The path at which a node of the embedded cluster shows the connections that it passes on, on its healthzPort. */
export const connectionsPath = '/midflight/connections';

/**
 * On a Service: `pods` has our balancer send to the pods themselves. It stands for the settings of the clouds that do so (GKE
 * container-native endpoints, IP targets of AWS' controller) and for an ingress with hostNetwork.
 */
export const targetsAnnotation = 'midflight.dev/targets';
