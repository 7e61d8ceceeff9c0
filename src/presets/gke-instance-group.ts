import { healthz, localEndpoints } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/**
 * GKE, external passthrough load balancer: a backend service over instance groups (finalizer gke.networking.io/l4-netlb-v2).
 * A flip changes its check only, so established connections stay where they are.
 */
export const gkeInstanceGroup: PlannedEdge = {
  preset: 'gke-instance-group',
  mode: 'passthrough', // docs.cloud.google.com/load-balancing/docs/network: external passthrough Network Load Balancer
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
  // ingress-gce pkg/l4/backends/backends.go: DefaultConnectionDrainingTimeoutSeconds 30.
  drainTimeoutMs: 30_000,
  // cloud.google.com/load-balancing/docs/enabling-connection-draining: after the time-out the load balancer stops sending
  // all traffic to the removed VM. Inferred: it sends no RST, so the connection falls silent.
  onRemoved: 'silence',
  // ext-netlb-traffic-distribution: all backends unhealthy, new connections go to all of them as a last resort.
  allUnhealthy: 'all',
  panicThreshold: 0, // the same page: only when all are unhealthy (no failover policy is set by the controller)
  newTarget: 'unhealthy', // inferred: a backend counts as healthy once its checks have passed
  // Unmanaged instance groups of all nodes under either policy: ingress-gce pkg/instancegroups.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  // ingress-gce pkg/l4: a new check is made, the backend service patched to use it, the old check deleted last.
  onFlip: 'check',
  addressGoneMs: 0, // the forwarding rule stays
  groupSwapMs: 0, // there are no target groups
  verdictDelayMs: 0, // no published figure: taken as none
  removalDelayMs: 0, // no published figure: taken as none
  spread: 'each', // ext-netlb-traffic-distribution: a hash of five parts, with connection tracking
  // Inferred: a passthrough balancer without a backend has nobody to answer the SYN.
  noTarget: 'drop',
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false, // the thresholds above hold for any failed check
  // Passthrough: the balancer makes no connection of its own, so it has no time-out.
  upstreamConnectTimeoutMs: 0,
  // ingress-gce pkg/utils/zonegetter/zone_getter.go: nodes with the label are no backends, whatever its value.
  excludeLabel: 'honoured',
  // ingress-gce pkg/l4/healthchecks/healthchecksl4.go: the controller sets port and path anew at each sync.
  pinCheck: null,
  // By hand: `gcloud compute backend-services update NAME --connection-draining-timeout=3600`; ingress-gce keeps a
  // user's value (pkg/backends, EnsureL4BackendService). The annotation models that command.
  keepEstablished: { 'midflight.dev/connection-draining-timeout': '3600' },
  // kube-proxy pkg/proxy/iptables/proxier.go, usesFWChain: what comes to the balancer's own address from elsewhere is dropped,
  // and packets keep that address here. The cloud's firewall rule drops before (ingress-gce pkg/firewalls).
  sourceRanges: 'drop',
  source:
    'ingress-gce pkg/l4/healthchecks/healthchecksl4.go, pkg/l4/backends/backends.go; Google Cloud "Traffic distribution for external passthrough Network Load Balancers", "Enable connection draining"; reconcile delay estimated',
};
