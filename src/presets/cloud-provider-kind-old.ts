import { healthz, localEndpoints } from './checks.ts';
import { cloudProviderKind } from './cloud-provider-kind.ts';
import type { PlannedEdge } from './schema.ts';

/** cloud-provider-kind as it was at 09eacffa (its early releases): every change restarts Envoy's container. */
export const cloudProviderKindOld: PlannedEdge = {
  ...cloudProviderKind, // the same proxy
  preset: 'cloud-provider-kind-old',
  checks: {
    // pkg/loadbalancer/proxy.go at 09eacffa: timeout 5s, interval 3s, unhealthy_threshold 3, healthy_threshold 1.
    Cluster: healthz({ interval: 3, timeout: 5, unhealthy: 3, healthy: 1 }),
    Local: localEndpoints({ interval: 3, timeout: 5, unhealthy: 3, healthy: 1 }), // the same
  },
  // The same file has no common_lb_config. Envoy, Cluster.CommonLbConfig: healthy_panic_threshold 50 % by default, so below
  // that, and with none healthy, every host is used.
  panicThreshold: 0.5,
  allUnhealthy: 'all', // as above
  onFlip: 'restart', // the same file, proxyUpdateLoadBalancer: the new configuration is written, and the container restarted
  addressGoneMs: 1000, // estimate: it is polled every 500 ms, and must run twice
  upstreamConnectTimeoutMs: 5000, // the same file: connect_timeout 5s
  // pkg/loadbalancer/proxy.go of then: its template has no ranges, and kube-proxy leaves node ports alone.
  sourceRanges: 'ignored',
  source:
    'cloud-provider-kind pkg/loadbalancer/proxy.go at 09eacffa; Envoy Cluster.CommonLbConfig; reconcile delay and restart estimated',
};
