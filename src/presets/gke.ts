import { healthz, localEndpoints } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** GKE, external passthrough load balancer on a backend service (RBS; the same checks with subsetting). */
export const gke: PlannedEdge = {
  preset: 'gke',
  mode: 'passthrough',
  checks: {
    // ingress-gce pkg/l4/healthchecks/healthchecksl4.go: gceSharedHcCheckIntervalSeconds 8, gceHcTimeoutSeconds 1,
    // gceSharedHcUnhealthyThreshold 3, gceHcHealthyThreshold 1.
    Cluster: healthz({ interval: 8, timeout: 1, unhealthy: 3, healthy: 1 }),
    // The same file: gceLocalHcCheckIntervalSeconds 3, gceLocalHcUnhealthyThreshold 2.
    Local: localEndpoints({ interval: 3, timeout: 1, unhealthy: 2, healthy: 1 }),
  },
  // Estimate: a health check and a backend service are updated one after the other, seconds each. No published figure.
  reconcileDelayMs: 5000,
  // docs.cloud.google.com/load-balancing/docs/network/ext-netlb-traffic-distribution: by default connections of an
  // unhealthy backend persist for TCP (connection persistence on unhealthy backends: DEFAULT_FOR_PROTOCOL).
  onEjected: 'persist',
  // ingress-gce backend services: connection draining of 30 s for a backend that is taken out.
  drainTimeoutMs: 30_000,
  // The same page: all backends unhealthy, new connections go to all of them as a last resort.
  allUnhealthy: 'all',
  // Inferred: a passthrough balancer without a backend has nobody to answer the SYN.
  noTarget: 'drop',
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false,
  // Passthrough: the balancer makes no connection of its own, so it has no time-out.
  upstreamConnectTimeoutMs: 0,
  // Inferred: a backend gets nothing before its first success; no source says otherwise.
  newTarget: 'unhealthy',
  // ingress-gce pkg/utils/zonegetter/zone_getter.go: nodes with the label are no backends, whatever its value.
  excludeLabel: 'honoured',
  // ingress-gce pkg/l4/healthchecks/healthchecksl4.go: the controller sets port and path anew at each sync.
  pinCheck: null,
  // By hand: `gcloud compute backend-services update NAME --connection-draining-timeout=3600`; ingress-gce keeps a
  // user's value (pkg/backends, EnsureL4BackendService). The annotation stands for that command.
  keepEstablished: { 'midflight.dev/connection-draining-timeout': '3600' },
  source:
    'ingress-gce pkg/l4/healthchecks/healthchecksl4.go; Google Cloud "Traffic distribution for external passthrough Network Load Balancers"; reconcile delay estimated',
};
