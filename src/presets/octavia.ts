import { localEndpoints, nodePortTcp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** OpenStack Octavia, amphora provider (HAProxy) by cloud-provider-openstack with create-monitor. */
export const octavia: PlannedEdge = {
  preset: 'octavia',
  mode: 'proxy', // Octavia's amphora runs HAProxy
  checks: {
    // cloud-provider-openstack pkg/openstack/openstack.go and its documentation: monitor-delay 5, monitor-timeout 3,
    // monitor-max-retries-down 3, monitor-max-retries 1. TCP on the node port under Cluster.
    Cluster: nodePortTcp({ interval: 5, timeout: 3, unhealthy: 3, healthy: 1 }),
    // HTTP on the healthCheckNodePort under Local.
    Local: localEndpoints({ interval: 5, timeout: 3, unhealthy: 3, healthy: 1 }),
  },
  // Estimate: the load balancer passes through PENDING_UPDATE for each changed object. No published figure.
  reconcileDelayMs: 10_000,
  // HAProxy without `on-marked-down shutdown-sessions` (amphora's template has none) leaves open sessions alone.
  onEjected: 'persist',
  drainTimeoutMs: 0, // nothing is waited for: none of its sources names a delay
  onRemoved: 'persist', // inferred: the amphora reloads HAProxy, and the old process keeps its connections
  // HAProxy without a usable server closes the client's connection.
  allUnhealthy: 'none',
  panicThreshold: 0, // HAProxy has none
  // cloud-provider-openstack pkg/openstack/loadbalancer.go: all nodes are members, whatever the policy.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  onFlip: 'check', // the same file: the health monitor is changed; amphora's HAProxy keeps its verdicts (server-state file)
  addressGoneMs: 0, // the listener stays
  groupSwapMs: 0, // there are no target groups
  verdictDelayMs: 0, // HAProxy uses its own verdicts at once
  removalDelayMs: 0, // HAProxy uses its own configuration at once
  spread: 'each', // cloud-provider-openstack: lb-method ROUND_ROBIN
  // HAProxy in TCP mode has completed the handshake by then, and closes with the client's request unread: RST.
  noTarget: 'reset',
  // HAProxy src/check.c, process_chk_conn: a finished check sets the task's next run to now plus `inter`.
  checkIntervalFrom: 'end',
  ejectOn503: false, // the thresholds above hold for any failed check
  // Octavia API, listener timeout_member_connect: 5000 ms by default.
  upstreamConnectTimeoutMs: 5000,
  // kubernetes/cloud-provider-openstack#1770: a new member gets connections until its first checks have failed.
  newTarget: 'healthy',
  // k8s.io/cloud-provider controllers/service/controller.go: nodes with the label are no targets.
  excludeLabel: 'honoured',
  // cloud-provider-openstack docs, octavia-ingress and service annotations: delays and counts of the monitor, no port.
  pinCheck: null,
  // Nothing to set: open connections are left alone as they are.
  keepEstablished: null,
  // kubernetes/cloud-provider-openstack#770: allowed CIDRs of the listener. Inferred: rules of its port's security group drop.
  sourceRanges: 'drop',
  source:
    'cloud-provider-openstack pkg/openstack/openstack.go and documentation; Octavia API timeout_member_connect; reconcile delay estimated',
};
