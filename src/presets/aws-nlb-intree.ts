import { awsPin, localEndpoints, nodePortTcp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** AWS, Network Load Balancer by the cloud provider's own service controller. */
export const awsNlbIntree: PlannedEdge = {
  preset: 'aws-nlb-intree',
  mode: 'passthrough',
  checks: {
    // cloud-provider-aws pkg/providers/v1/aws_loadbalancer.go: defaultNlbHealthCheckInterval 30, ...Timeout 10,
    // ...Threshold 3.
    Cluster: nodePortTcp({ interval: 30, timeout: 10, unhealthy: 3, healthy: 3 }),
    // cloud-provider-aws pkg/providers/v1/aws.go: under Local HTTP on the healthCheckNodePort, 10, 6, 2, 2.
    Local: localEndpoints({ interval: 10, timeout: 6, unhealthy: 2, healthy: 2 }),
  },
  // Estimate. cloud-provider-aws#87 tells of checks that failed until the target group was made anew.
  reconcileDelayMs: 10_000,
  // docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
  onEjected: 'reset',
  drainTimeoutMs: 300_000, // deregistration_delay.timeout_seconds, the default
  allUnhealthy: 'all', // fails open: the same page
  // Only without any registered target (it fails open otherwise). Inferred: it answers the SYN itself and resets the flow.
  noTarget: 'reset',
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false,
  upstreamConnectTimeoutMs: 0, // passthrough
  // The same page: a target is `initial`, and gets nothing, until its first checks have passed.
  newTarget: 'unhealthy',
  // k8s.io/cloud-provider controllers/service/controller.go: nodes with the label are no targets.
  excludeLabel: 'honoured',
  // cloud-provider-aws docs/service_controller.md: the check's protocol, port and path.
  pinCheck: awsPin,
  // cloud-provider-aws docs/service_controller.md: no annotation for a target group's attributes of this kind.
  keepEstablished: null,
  source:
    'cloud-provider-aws pkg/providers/v1/aws.go, aws_loadbalancer.go; AWS "Health checks for Network Load Balancer target groups"; reconcile delay estimated',
};
