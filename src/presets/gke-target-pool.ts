import { healthz, localEndpoints } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** GKE, the older network load balancer on a target pool (finalizer service.kubernetes.io/load-balancer-cleanup alone). */
export const gkeTargetPool: PlannedEdge = {
  preset: 'gke-target-pool',
  mode: 'passthrough', // Google Cloud, "Target pool-based external passthrough Network Load Balancer"
  checks: {
    // cloud-provider-gcp providers/gce/gce.go and gce_healthchecks.go: gceHcCheckIntervalSeconds 8, gceHcTimeoutSeconds 1,
    // gceHcUnhealthyThreshold 3, gceHcHealthyThreshold 1, whatever the policy.
    Cluster: healthz({ interval: 8, timeout: 1, unhealthy: 3, healthy: 1 }),
    Local: localEndpoints({ interval: 8, timeout: 1, unhealthy: 3, healthy: 1 }), // the same
  },
  // Estimate: until the controller takes the Service up; what it then does is in addressGoneMs.
  reconcileDelayMs: 5000,
  // Google Cloud, "Target pool-based external passthrough Network Load Balancer": established connections stay.
  onEjected: 'persist',
  drainTimeoutMs: 0, // target pools have no connection draining: the same page
  onRemoved: 'silence', // inferred: no packet goes to an instance that is no member any more
  allUnhealthy: 'all', // the same page: all instances unhealthy, traffic is spread over all of them
  panicThreshold: 0, // the same page: only when all are unhealthy (no backup pool is made by the controller)
  // cloud-provider-gcp providers/gce/gce_loadbalancer_external.go: all nodes are instances of the pool.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  // The same file, lines 220-280: "neither target pools nor forwarding rules can be updated in place". Whenever the health
  // check must change, the forwarding rule, the pool and the check are deleted, and made again.
  onFlip: 'recreate-address',
  // kubernetes/kubernetes#77512 (and #49425): a flip took the address away for about 3 minutes.
  addressGoneMs: 180_000,
  groupSwapMs: 0, // there are no target groups
  verdictDelayMs: 0, // no published figure: taken as none
  removalDelayMs: 0, // no published figure: taken as none
  spread: 'each', // Google Cloud, target pools: a hash of five parts by default
  noTarget: 'drop', // inferred: a passthrough balancer without a backend has nobody to answer the SYN
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false, // the thresholds above hold for any failed check
  upstreamConnectTimeoutMs: 0, // passthrough
  // Inferred, likewise: no source says otherwise.
  newTarget: 'unhealthy',
  // k8s.io/cloud-provider controllers/service/controller.go: nodes with the label are no targets.
  excludeLabel: 'honoured',
  // cloud-provider-gcp gce_healthchecks.go: the controller makes the check itself; nothing of it can be annotated.
  pinCheck: null,
  // Target pools have no such setting.
  keepEstablished: null,
  sourceRanges: 'drop', // kube-proxy pkg/proxy/iptables/proxier.go, usesFWChain, as gke-instance-group
  source:
    'cloud-provider-gcp providers/gce/gce.go, gce_healthchecks.go, gce_loadbalancer_external.go; Google Cloud "Target pool-based external passthrough Network Load Balancer"; kubernetes/kubernetes#77512; reconcile delay estimated',
};
