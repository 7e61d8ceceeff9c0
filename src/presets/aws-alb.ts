import { nodePortHttp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** AWS, Application Load Balancer by the AWS Load Balancer Controller (Ingress), instance targets: the nodes' node port. */
export const awsAlb: PlannedEdge = {
  preset: 'aws-alb',
  mode: 'proxy', // docs.aws.amazon.com/elasticloadbalancing/latest/application: it ends HTTP itself
  checks: {
    // aws-load-balancer-controller pkg/ingress/model_builder.go at 225f4456: HTTP, defaultHealthCheckPathHTTP /, interval 15,
    // timeout 5, thresholds 2; pkg/ingress/model_build_target_group.go, buildTargetGroupHealthCheckPort: the traffic port.
    // Success code 200 alone by default: our annotation success-codes is 200,404, as an ingress answers 404 to a host that it does not know.
    Cluster: nodePortHttp('/', [200, 404], { interval: 15, timeout: 5, unhealthy: 2, healthy: 2 }),
    // The same: nothing of the check depends on the policy. A node without an ingress pod drops it, so it becomes unhealthy.
    Local: nodePortHttp('/', [200, 404], { interval: 15, timeout: 5, unhealthy: 2, healthy: 2 }),
  },
  // Estimate: one RegisterTargets or DeregisterTargets call after a change of the nodes. No published figure.
  reconcileDelayMs: 5000,
  // Inferred from AWS "Target groups for your Application Load Balancers": it routes requests to healthy targets, and nothing is
  // said of what is under way: such requests go on.
  onEjected: 'persist',
  // AWS "Edit target group attributes for your Application Load Balancer": deregistration_delay.timeout_seconds 300.
  drainTimeoutMs: 300_000,
  onRemoved: 'reset', // inferred: the same page calls the target unused after the delay
  // AWS "Health checks for Application Load Balancer target groups": it fails open to all targets.
  allUnhealthy: 'all',
  panicThreshold: 0, // the same page: when no target is healthy
  // aws-load-balancer-controller pkg/backend/endpoint_utils.go: instance targets are all nodes, whatever the policy.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  onFlip: 'nothing', // pkg/ingress: no file of it reads externalTrafficPolicy
  addressGoneMs: 0, // the listener stays
  groupSwapMs: 0, // the target group stays
  verdictDelayMs: 0, // no published figure: taken as none
  removalDelayMs: 0, // no published figure: taken as none
  // AWS "Target groups": round robin by default, request by request. Ours draws one for each request: the same shares.
  spread: 'each',
  noTarget: 'reset', // only if the address itself is gone: else it answers, as below
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false, // the thresholds above hold for any failed check
  // AWS "Troubleshoot your Application Load Balancers", HTTP 504: the connection time-out of 10 seconds.
  upstreamConnectTimeoutMs: 10_000,
  http: {
    // AWS "Edit attributes for your Application Load Balancer": idle_timeout.timeout_seconds 60, for connections of clients and targets.
    idleTimeoutMs: 60_000,
    keepAliveMs: 60_000, // the same: a client's connection without data
    poolIdleMs: 60_000, // the same: a target's connection without data
    retries: 0, // the troubleshooting page has an error for each failure, and no retry
    // "Troubleshoot your Application Load Balancers", HTTP 502, 503 and 504.
    answers: {
      'no-target': 503, // the same page: the target groups have no registered targets
      refused: 502, // the same page: a TCP RST from the target when attempting to establish a connection
      'connect-timeout': 504, // the same page: failed to establish a connection before the connection time-out expired
      closed: 502, // the same page: the target closed the connection with a TCP RST or a TCP FIN while a request was outstanding
      silent: 504, // the same page: the target did not respond before the idle time-out period elapsed
      malformed: 502, // the same page: the target response is malformed
    },
  },
  // AWS "Health checks for Application Load Balancer target groups": nothing goes to a target before it has passed. It takes one
  // check there, and healthyThreshold here.
  newTarget: 'unhealthy',
  // aws-load-balancer-controller pkg/backend/endpoint_utils.go: nodes with the label are no targets, whatever its value.
  excludeLabel: 'honoured',
  // The same file, toBeDeletedByCATaint: such a node is no traffic proxy, and a change of that is a cause to reconcile.
  actsOnTaint: true,
  pinCheck: null, // nothing to pin: the check does not depend on the policy
  // aws-load-balancer-controller docs, "Ingress annotations": attributes of the target group, read from the Service as well.
  keepEstablished: {
    'alb.ingress.kubernetes.io/target-group-attributes': 'deregistration_delay.timeout_seconds=3600',
  },
  // aws-load-balancer-controller docs, "Ingress annotations": inbound-cidrs of the Ingress. The Service's list is not read.
  sourceRanges: 'ignored',
  source:
    'aws-load-balancer-controller pkg/ingress/model_builder.go, model_build_target_group.go at 225f4456; AWS "Troubleshoot your Application Load Balancers", "Edit attributes for your Application Load Balancer", "Health checks for Application Load Balancer target groups"; reconcile delay estimated',
};
