import { awsPin, localEndpoints, nodePortTcp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** AWS, Network Load Balancer by the AWS Load Balancer Controller, instance targets, with its default attributes. */
export const awsNlbLbc: PlannedEdge = {
  preset: 'aws-nlb-lbc',
  mode: 'passthrough', // docs.aws.amazon.com/elasticloadbalancing/latest/network: instance targets keep the client address
  checks: {
    // aws-load-balancer-controller pkg/service/model_builder.go: defaultHealthCheck{Interval,Timeout} 10,
    // defaultHealthCheck{Healthy,Unhealthy}Threshold 3, protocol TCP on the traffic port.
    Cluster: nodePortTcp({ interval: 10, timeout: 10, unhealthy: 3, healthy: 3 }),
    // The same file: defaultHealthCheck...ForInstanceModeLocal, HTTP /healthz, 10, 6, 2, 2.
    Local: localEndpoints({ interval: 10, timeout: 6, unhealthy: 2, healthy: 2 }),
  },
  // Estimate: one ModifyTargetGroup call and its spread. No published figure.
  reconcileDelayMs: 10_000,
  // docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html: a target that becomes
  // unhealthy has its client connections answered with RST, unless the balancer fails open
  // (target_health_state.unhealthy.connection_termination.enabled, true by default).
  onEjected: 'reset',
  // docs.aws.amazon.com/elasticloadbalancing/latest/network, target groups: deregistration_delay.timeout_seconds 300.
  drainTimeoutMs: 300_000,
  // The same page: deregistration_delay.connection_termination.enabled is false by default for TCP, so connections in use
  // go on after the delay as well.
  onRemoved: 'persist',
  allUnhealthy: 'all', // target-group-health-checks: all targets failing, it fails open to all of them
  // repost.aws/knowledge-center/elb-dns-cross-zone-balance-configuration: off by default for Network Load Balancers; each
  // zone with a healthy target has an address in DNS, and only targets of that zone behind it.
  crossZone: false,
  // AWS "How Elastic Load Balancing works": the DNS entry has a TTL of 60 s. How long the record itself takes to go is not published.
  zoneDelayMs: 60_000,
  panicThreshold: 0, // the same page: fails open when no target is healthy (minimum count 1 by default)
  // aws-load-balancer-controller pkg/backend/endpoint_utils.go: instance targets are all nodes, whatever the policy.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  // pkg/deploy/elbv2/target_group_synthesizer.go and feature_gates.go (NLBHealthCheckAdvancedConfig, on by default): one
  // ModifyTargetGroup call changes the check in place.
  onFlip: 'check',
  addressGoneMs: 0, // the listener stays
  groupSwapMs: 0, // the target group stays
  // aws/containers-roadmap#470: new connections arrive for 30 to 40 s after a target became unhealthy. Inferred: a target
  // that became healthy gets its first ones as late.
  verdictDelayMs: 35_000,
  // aws/aws-node-termination-handler#316, containers-roadmap#470: new connections for about 120 s after deregistration.
  removalDelayMs: 120_000,
  spread: 'each', // AWS "Network Load Balancers": a flow hash chooses the target for the life of the connection
  // Only without any registered target (it fails open otherwise). Inferred: it answers the SYN itself and resets the flow.
  noTarget: 'reset',
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false, // the thresholds above hold for any failed check
  upstreamConnectTimeoutMs: 0, // passthrough
  // The same page: a target is `initial`, and gets nothing, until its first checks have passed.
  newTarget: 'unhealthy',
  // aws-load-balancer-controller pkg/backend/endpoint_utils.go: nodes with the label are no targets, whatever its value.
  excludeLabel: 'honoured',
  // aws-load-balancer-controller pkg/backend/endpoint_utils.go, toBeDeletedByCATaint: such a node is no traffic proxy, and
  // a change of that is a cause to reconcile.
  actsOnTaint: true,
  // aws-load-balancer-controller docs, "annotations": the check's protocol, port and path.
  pinCheck: awsPin,
  // The same page, and the controller's docs, "annotations": attributes of the target group.
  keepEstablished: {
    'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes':
      'target_health_state.unhealthy.connection_termination.enabled=false,deregistration_delay.timeout_seconds=3600',
  },
  // aws-load-balancer-controller docs, "spec.loadBalancerSourceRanges": inbound rules of its security group, which drops.
  sourceRanges: 'drop',
  source:
    'aws-load-balancer-controller pkg/service/model_builder.go, pkg/deploy/elbv2/target_group_synthesizer.go; AWS "Health checks for Network Load Balancer target groups"; aws/containers-roadmap#470; reconcile delay estimated',
};
