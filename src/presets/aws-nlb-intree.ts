import { awsPin, localEndpoints, nodePortTcp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** AWS, Network Load Balancer by the cloud provider's own service controller. */
export const awsNlbIntree: PlannedEdge = {
  preset: 'aws-nlb-intree',
  mode: 'passthrough', // docs.aws.amazon.com/elasticloadbalancing/latest/network: instance targets keep the client address
  checks: {
    // cloud-provider-aws pkg/providers/v1/aws_loadbalancer.go: defaultNlbHealthCheckInterval 30, ...Timeout 10,
    // ...Threshold 3.
    Cluster: nodePortTcp({ interval: 30, timeout: 10, unhealthy: 3, healthy: 3 }),
    // cloud-provider-aws pkg/providers/v1/aws.go: under Local HTTP on the healthCheckNodePort, 10, 6, 2, 2.
    Local: localEndpoints({ interval: 10, timeout: 6, unhealthy: 2, healthy: 2 }),
  },
  reconcileDelayMs: 10_000, // estimate: a few calls, one after the other
  // docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html: RST by default
  onEjected: 'reset',
  drainTimeoutMs: 300_000, // AWS, target groups: deregistration_delay.timeout_seconds 300, the default
  onRemoved: 'persist', // the same page: deregistration_delay.connection_termination.enabled is false for TCP
  allUnhealthy: 'all', // fails open: target-group-health-checks
  // repost.aws/knowledge-center/elb-dns-cross-zone-balance-configuration: off by default for Network Load Balancers; each
  // zone with a healthy target has an address in DNS, and only targets of that zone behind it.
  crossZone: false,
  // AWS "How Elastic Load Balancing works": the DNS entry has a TTL of 60 s. How long the record itself takes to go is not published.
  zoneDelayMs: 60_000,
  panicThreshold: 0, // the same page: fails open when no target is healthy
  // cloud-provider-aws pkg/providers/v1/aws_loadbalancer.go: all nodes are targets, whatever the policy.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  // The same file, lines 300-362: a target group is made anew if protocol or interval of its check changed, which they do
  // at a flip (TCP every 30 s, HTTP every 10 s); the listener is moved to it, and the old one deleted.
  onFlip: 'new-target-group',
  addressGoneMs: 0, // the address stays
  // aws/containers-roadmap#470: after a listener moved, connections worked for 10 to 20 s more, and then failed.
  groupSwapMs: 15_000,
  // The same thread: new connections arrive for 30 to 40 s after a target became unhealthy. Inferred: a target that became
  // healthy gets its first ones as late.
  verdictDelayMs: 35_000,
  removalDelayMs: 120_000, // aws/aws-node-termination-handler#316: new connections for about 120 s after deregistration
  spread: 'each', // AWS "Network Load Balancers": a flow hash chooses the target for the life of the connection
  // While every target is initial. Inferred from the RSTs of containers-roadmap#470; time-outs were seen there as well.
  noTarget: 'reset',
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false, // the thresholds above hold for any failed check
  upstreamConnectTimeoutMs: 0, // passthrough
  // The same page: a target is `initial`, and gets nothing, until its first checks have passed.
  newTarget: 'unhealthy',
  // k8s.io/cloud-provider controllers/service/controller.go: nodes with the label are no targets.
  excludeLabel: 'honoured',
  // cloud-provider-aws docs/service_controller.md: the check's protocol, port and path.
  pinCheck: awsPin,
  // cloud-provider-aws docs/service_controller.md: no annotation for a target group's attributes of this kind.
  keepEstablished: null,
  // cloud-provider-aws pkg/providers/v1/aws_loadbalancer.go, updateInstanceSecurityGroupsForNLB: rules of the nodes' group.
  sourceRanges: 'drop',
  source:
    'cloud-provider-aws pkg/providers/v1/aws.go, aws_loadbalancer.go; AWS "Health checks for Network Load Balancer target groups"; aws/containers-roadmap#470; reconcile delay estimated; what becomes of established connections inferred',
};
