import { healthz, localEndpoints } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** cloud-provider-kind of today: Envoy as a TCP proxy in a container beside the nodes, reconfigured while it runs. */
export const cloudProviderKind: PlannedEdge = {
  preset: 'cloud-provider-kind',
  mode: 'proxy', // pkg/loadbalancer/proxy.go: envoy.filters.network.tcp_proxy
  checks: {
    // cloud-provider-kind pkg/loadbalancer/proxy.go at 57084484: timeout 3s, interval 2s, unhealthy_threshold 2,
    // healthy_threshold 1, path /healthz; port 10256, or healthCheckNodePort under Local.
    Cluster: healthz({ interval: 2, timeout: 3, unhealthy: 2, healthy: 1 }),
    Local: localEndpoints({ interval: 2, timeout: 3, unhealthy: 2, healthy: 1 }), // the same
  },
  // Estimate: it writes Envoy's configuration into the container, and Envoy warms the new cluster with a first check.
  reconcileDelayMs: 1000,
  // Envoy, Cluster.close_connections_on_host_health_failure: false by default.
  onEjected: 'persist',
  drainTimeoutMs: 0, // nothing is waited for: none of its sources names a delay
  // Inferred from Envoy source/common/upstream/cluster_manager_impl.cc: the pools of a removed host are drained, and a
  // connection in use goes on until it ends.
  onRemoved: 'persist',
  // The same file: healthy_panic_threshold 0, so no host is used while none is healthy.
  allUnhealthy: 'none',
  panicThreshold: 0, // the same file, as above
  // pkg/loadbalancer/proxy.go, generateConfig: all nodes, whatever the policy.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  onFlip: 'check', // the same file: the cluster's health_check_config takes another port
  addressGoneMs: 0, // the listener stays
  groupSwapMs: 0, // there are no target groups
  verdictDelayMs: 0, // Envoy uses its own verdicts at once
  removalDelayMs: 0, // Envoy uses its own configuration at once
  spread: 'each', // the same file: lb_policy RANDOM
  // Envoy's TCP proxy closes the accepted connection at once (response flag UH), with the client's request unread: RST.
  noTarget: 'reset',
  // Envoy source/extensions/health_checkers/common/health_checker_base_impl.cc: the interval timer is armed anew when a
  // check has succeeded, failed or timed out.
  checkIntervalFrom: 'end',
  // Envoy, HttpHealthCheck.retriable_statuses: any status that is not expected ejects at once, unless listed there.
  ejectOn503: true,
  // The same file: connect_timeout 3s.
  upstreamConnectTimeoutMs: 3000,
  // Envoy, health checking: a new host gets nothing until its first check has passed.
  newTarget: 'unhealthy',
  // k8s.io/cloud-provider controllers/service/controller.go: nodes with the label are no targets.
  excludeLabel: 'honoured',
  // cloud-provider-kind pkg/loadbalancer/proxy.go: the check follows the Service alone.
  pinCheck: null,
  // Nothing to set: open connections are left alone as they are.
  keepEstablished: null,
  // cloud-provider-kind pkg/loadbalancer/proxy.go: source_prefix_ranges of the filter chain. Envoy closes what none matches,
  // with the client's request unread: RST.
  sourceRanges: 'reset',
  source:
    'cloud-provider-kind pkg/loadbalancer/proxy.go at 57084484; Envoy HttpHealthCheck and Cluster; reconcile delay estimated',
};
