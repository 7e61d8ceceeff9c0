import { healthz, localEndpoints } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** GKE, the older network load balancer on a target pool. */
export const gkeTargetPool: PlannedEdge = {
  preset: 'gke-target-pool',
  mode: 'passthrough',
  checks: {
    // cloud-provider-gcp providers/gce/gce.go and gce_healthchecks.go: gceHcCheckIntervalSeconds 8, gceHcTimeoutSeconds 1,
    // gceHcUnhealthyThreshold 3, gceHcHealthyThreshold 1, whatever the policy.
    Cluster: healthz({ interval: 8, timeout: 1, unhealthy: 3, healthy: 1 }),
    Local: localEndpoints({ interval: 8, timeout: 1, unhealthy: 3, healthy: 1 }), // the same
  },
  // kubernetes/kubernetes#77512: a flip from Local to Cluster took about 3 minutes, because the forwarding rule and the
  // target pool are deleted and made again. That the address answers nobody in between is not modelled.
  reconcileDelayMs: 180_000,
  // Google Cloud, "Target pool-based external passthrough Network Load Balancer": established connections stay.
  onEjected: 'persist',
  // Target pools have no connection draining.
  drainTimeoutMs: 0,
  // The same page: all instances unhealthy, traffic is spread over all of them.
  allUnhealthy: 'all',
  // Inferred: a passthrough balancer without a backend has nobody to answer the SYN.
  noTarget: 'drop',
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false,
  upstreamConnectTimeoutMs: 0, // passthrough
  // Inferred, likewise: no source says otherwise.
  newTarget: 'unhealthy',
  // k8s.io/cloud-provider controllers/service/controller.go: nodes with the label are no targets.
  excludeLabel: 'honoured',
  // cloud-provider-gcp gce_healthchecks.go: the controller makes the check itself; nothing of it can be annotated.
  pinCheck: null,
  // Target pools have no such setting.
  keepEstablished: null,
  source:
    'cloud-provider-gcp providers/gce/gce.go, gce_healthchecks.go; kubernetes/kubernetes#77512 (reconcile delay, one report)',
};
