import { podTcp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/**
 * Pods as targets (GKE container-native endpoints GCE_VM_IP_PORT, AWS Load Balancer Controller with IP targets, ACK with
 * backend-type eni): no node port is passed, and externalTrafficPolicy is moot. Checks and figures of AWS's.
 */
export const podDirect: PlannedEdge = {
  preset: 'pod-direct',
  mode: 'passthrough', // inferred: the pod's answers are the balancer's answers
  checks: {
    // aws-load-balancer-controller pkg/service/model_build_target_group.go: IP targets take the default check whatever the
    // policy: TCP on the traffic port, defaultHealthCheckInterval 10, ...Timeout 10, thresholds 3.
    Cluster: podTcp({ interval: 10, timeout: 10, unhealthy: 3, healthy: 3 }),
    Local: podTcp({ interval: 10, timeout: 10, unhealthy: 3, healthy: 3 }), // the same
  },
  reconcileDelayMs: 2000, // estimate: an endpoint is registered as soon as its EndpointSlice shows it
  onEjected: 'reset', // AWS "Health checks for Network Load Balancer target groups": RST by default
  drainTimeoutMs: 300_000, // AWS, target groups: deregistration_delay.timeout_seconds 300, the default
  onRemoved: 'persist', // the same page: deregistration_delay.connection_termination.enabled is false for TCP
  allUnhealthy: 'all', // fails open: "Health checks for Network Load Balancer target groups"
  panicThreshold: 0, // the same page
  newTarget: 'unhealthy', // the same page: `initial` until its checks have passed
  // aws-load-balancer-controller pkg/backend/endpoint_resolver.go, ingress-gce pkg/neg: the ready pods of the Service.
  backends: { Cluster: { from: 'pods', max: null }, Local: { from: 'pods', max: null } },
  onFlip: 'nothing', // model_build_target_group.go: nothing of an IP target group depends on the policy
  addressGoneMs: 0, // the address stays
  groupSwapMs: 0, // the target group stays
  verdictDelayMs: 35_000, // aws/containers-roadmap#470: 30 to 40 s
  removalDelayMs: 120_000, // aws/aws-node-termination-handler#316: about 120 s
  spread: 'each', // AWS "Network Load Balancers": a flow hash
  noTarget: 'reset', // inferred, as aws-nlb-lbc
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false, // TCP checks
  upstreamConnectTimeoutMs: 0, // passthrough
  excludeLabel: 'ignored', // endpoint_resolver.go: pods are targets, whatever their node's labels
  pinCheck: null, // there is nothing to pin: the check does not depend on the policy
  // aws-load-balancer-controller docs, "annotations": attributes of the target group.
  keepEstablished: {
    'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes':
      'target_health_state.unhealthy.connection_termination.enabled=false,deregistration_delay.timeout_seconds=3600',
  },
  sourceRanges: 'drop', // aws-load-balancer-controller: a security group, as aws-nlb-lbc
  source:
    'aws-load-balancer-controller pkg/service/model_build_target_group.go, pkg/backend/endpoint_resolver.go; ingress-gce pkg/neg; aws/containers-roadmap#470; reconcile delay estimated',
};
