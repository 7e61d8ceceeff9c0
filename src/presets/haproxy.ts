import { healthz, localEndpoints } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** A HAProxy of one's own in front of the nodes, whose configuration a script keeps in step with the Service. */
export const haproxy: PlannedEdge = {
  preset: 'haproxy',
  mode: 'proxy', // HAProxy, mode tcp
  checks: {
    // Our configuration: option httpchk GET /healthz, inter 1s, fall 2, rise 1; timeout check 1s.
    Cluster: healthz({ interval: 1, timeout: 1, unhealthy: 2, healthy: 1 }),
    Local: localEndpoints({ interval: 1, timeout: 1, unhealthy: 2, healthy: 1 }), // the same, on the healthCheckNodePort
  },
  // Measured on kind (Kubernetes 1.37.2, HAProxy 2.6): a watching script had reloaded it 1.3 s after the change.
  reconcileDelayMs: 1300,
  onEjected: 'persist', // HAProxy configuration manual: on-marked-down is unset, so sessions of a down server go on
  drainTimeoutMs: 0, // nothing is waited for
  onRemoved: 'persist', // HAProxy management guide, reload: the old process keeps its connections
  allUnhealthy: 'none', // no server is up: the connection is closed
  panicThreshold: 0, // HAProxy has none
  // HAProxy src/server.c: a new server begins up, and its first failed check takes it down; since 3.1 that is the documented
  // default, `init-state up` (haproxy/haproxy#51).
  newTarget: 'healthy',
  // Our configuration: all nodes that a cloud controller would take.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  // HAProxy management guide, "seamless reload": a new process takes over the listener. Without a server-state file it
  // knows nothing of the old one's verdicts.
  onFlip: 'reload',
  addressGoneMs: 0, // the listening socket is handed over
  groupSwapMs: 0, // there are no target groups
  verdictDelayMs: 0, // it uses its own verdicts at once
  removalDelayMs: 0, // it uses its own configuration at once
  spread: 'each', // our configuration: balance random
  noTarget: 'reset', // HAProxy in TCP mode has done the handshake by then, and closes with the request unread: RST
  checkIntervalFrom: 'end', // HAProxy src/check.c, process_chk_conn: the next run is `inter` after a finished check
  ejectOn503: false, // `fall` holds for any failed check
  upstreamConnectTimeoutMs: 2000, // our configuration: timeout connect 2s, retries 0
  excludeLabel: 'honoured', // our configuration, as a cloud controller
  // Our configuration: whoever maintains it can leave the check unchanged. The annotation models that.
  pinCheck: { annotations: { 'midflight.dev/check': 'http:10256/healthz' }, port: 'healthz' },
  keepEstablished: null, // nothing to set: open connections are left alone as they are
  sourceRanges: 'ignored', // our configuration has no such rule, and kube-proxy leaves node ports alone
  source:
    'HAProxy configuration manual and management guide 2.6, src/server.c, src/check.c; a configuration of our own, measured on kind',
};
