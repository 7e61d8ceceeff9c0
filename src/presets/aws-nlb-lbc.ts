import { awsPin, localEndpoints, nodePortTcp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** AWS, Network Load Balancer by the AWS Load Balancer Controller, instance targets. */
export const awsNlbLbc: PlannedEdge = {
  preset: 'aws-nlb-lbc',
  mode: 'passthrough',
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
  // unhealthy has its client connections answered with RST, unless the balancer fails open.
  onEjected: 'reset',
  // deregistration_delay.timeout_seconds 300, the default.
  drainTimeoutMs: 300_000,
  // The same page: all targets failing, it fails open to all of them.
  allUnhealthy: 'all',
  // Only without any registered target (it fails open otherwise). Inferred: it answers the SYN itself and resets the flow.
  noTarget: 'reset',
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false,
  upstreamConnectTimeoutMs: 0, // passthrough
  // The same page: a target is `initial`, and gets nothing, until its first checks have passed.
  newTarget: 'unhealthy',
  // aws-load-balancer-controller pkg/backend/endpoint_utils.go: nodes with the label are no targets, whatever its value.
  excludeLabel: 'honoured',
  // aws-load-balancer-controller docs, "annotations": the check's protocol, port and path.
  pinCheck: awsPin,
  // The same page, and the controller's docs, "annotations": attributes of the target group.
  keepEstablished: {
    'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes':
      'target_health_state.unhealthy.connection_termination.enabled=false,deregistration_delay.timeout_seconds=3600',
  },
  source:
    'aws-load-balancer-controller pkg/service/model_builder.go; AWS "Health checks for Network Load Balancer target groups"; reconcile delay estimated',
};
