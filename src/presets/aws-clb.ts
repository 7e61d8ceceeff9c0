import { awsPin, localEndpoints, nodePortTcp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** AWS, Classic Load Balancer with TCP listeners: a proxy. */
export const awsClb: PlannedEdge = {
  preset: 'aws-clb',
  mode: 'proxy', // docs.aws.amazon.com/elasticloadbalancing/latest/classic: it makes a connection of its own
  checks: {
    // cloud-provider-aws pkg/providers/v1/aws_loadbalancer.go: defaultElbHCInterval 10, defaultElbHCTimeout 5,
    // defaultElbHCUnhealthyThreshold 6, defaultElbHCHealthyThreshold 2; TCP on the node port under Cluster.
    Cluster: nodePortTcp({ interval: 10, timeout: 5, unhealthy: 6, healthy: 2 }),
    // The same figures, HTTP on the healthCheckNodePort under Local.
    Local: localEndpoints({ interval: 10, timeout: 5, unhealthy: 6, healthy: 2 }),
  },
  // Estimate: one ConfigureHealthCheck call. No published figure.
  reconcileDelayMs: 5000,
  // docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-conn-drain.html says that connection draining (off
  // unless annotated) keeps connections to unhealthy and deregistered instances; inferred: without it they are closed.
  onEjected: 'reset',
  drainTimeoutMs: 0, // at once, as above
  onRemoved: 'reset', // as above
  // docs.aws.amazon.com/elasticloadbalancing/latest/classic: requests go to healthy instances only.
  allUnhealthy: 'none',
  panicThreshold: 0, // the same page
  // cloud-provider-aws pkg/providers/v1/aws.go: all nodes are instances, whatever the policy.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  onFlip: 'check', // aws_loadbalancer.go: one ConfigureHealthCheck call
  addressGoneMs: 0, // the load balancer stays
  groupSwapMs: 0, // there are no target groups
  verdictDelayMs: 0, // no published figure: taken as none
  removalDelayMs: 0, // no published figure: taken as none
  spread: 'each', // the guide: round robin for TCP listeners
  // Inferred: a proxy has completed the handshake by then, and can only close.
  noTarget: 'reset',
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false, // the thresholds above hold for any failed check
  // Estimate; not documented for TCP listeners.
  upstreamConnectTimeoutMs: 10_000,
  // docs.aws.amazon.com/elasticloadbalancing/latest/classic: an instance is OutOfService until it has passed its checks.
  newTarget: 'unhealthy',
  // k8s.io/cloud-provider controllers/service/controller.go: nodes with the label are no targets.
  excludeLabel: 'honoured',
  // cloud-provider-aws docs/service_controller.md: the check's protocol, port and path.
  pinCheck: awsPin,
  // cloud-provider-aws docs/service_controller.md: connection draining, at most 3600 s.
  keepEstablished: {
    'service.beta.kubernetes.io/aws-load-balancer-connection-draining-enabled': 'true',
    'service.beta.kubernetes.io/aws-load-balancer-connection-draining-timeout': '3600',
  },
  // cloud-provider-aws pkg/providers/v1/aws.go, EnsureLoadBalancer: rules of the balancer's security group, which drops.
  sourceRanges: 'drop',
  source:
    'cloud-provider-aws pkg/providers/v1/aws_loadbalancer.go; AWS "Configure connection draining for your Classic Load Balancer"; reconcile delay and connect time-out estimated',
};
