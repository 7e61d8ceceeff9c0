import { nodePortTcp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** Hetzner Cloud Load Balancer: a proxy. */
export const hetzner: PlannedEdge = {
  preset: 'hetzner',
  mode: 'proxy', // docs.hetzner.com/cloud/load-balancers: TCP services are proxied
  checks: {
    // hcloud-cloud-controller-manager internal/hcops/load_balancer.go, buildAddServiceOpts: TCP on the node port unless
    // annotated. Interval 15, time-out 10, 3 retries are the defaults of the Hetzner Cloud API; its schema
    // (load_balancer_service_health_check): as many good checks bring a target back.
    Cluster: nodePortTcp({ interval: 15, timeout: 10, unhealthy: 3, healthy: 3 }),
    // The same function: the policy is not asked for, the check stays on the node port.
    Local: nodePortTcp({ interval: 15, timeout: 10, unhealthy: 3, healthy: 3 }),
  },
  reconcileDelayMs: 5000, // estimate: an action or two of the API, each awaited
  onEjected: 'persist', // estimate, as HAProxy: nothing is published
  drainTimeoutMs: 0, // nothing is waited for: none of its sources names a delay
  onRemoved: 'persist', // estimate, as HAProxy
  allUnhealthy: 'none', // estimate: a proxy without a healthy target closes
  panicThreshold: 0, // estimate: none is documented
  newTarget: 'unhealthy', // inferred: a target's status is `unknown` until its first checks
  // internal/hcops/load_balancer.go: all nodes are targets, whatever the policy.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  onFlip: 'nothing', // the same file: no option depends on the policy; podless nodes fail the same check
  addressGoneMs: 0, // the load balancer stays
  groupSwapMs: 0, // there are no target groups
  verdictDelayMs: 0, // no published figure: taken as none
  removalDelayMs: 0, // no published figure: taken as none
  spread: 'each', // load_balancer_annotations.md: algorithm-type round_robin
  noTarget: 'reset', // estimate, as HAProxy: the handshake is done, then it closes with the request unread
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false, // TCP checks
  upstreamConnectTimeoutMs: 5000, // estimate: a customary figure
  excludeLabel: 'honoured', // k8s.io/cloud-provider controllers/service/controller.go; once ignored: hcloud-ccm#272
  // load_balancer_annotations.md: protocol, port and path of the check.
  pinCheck: {
    annotations: {
      'load-balancer.hetzner.cloud/health-check-protocol': 'http',
      'load-balancer.hetzner.cloud/health-check-port': '10256',
      'load-balancer.hetzner.cloud/health-check-http-path': '/healthz',
    },
    port: 'healthz',
  },
  keepEstablished: null, // nothing to set: open connections are taken to be left alone
  sourceRanges: 'ignored', // hetznercloud/hcloud-cloud-controller-manager#218: not supported
  source:
    'hcloud-cloud-controller-manager internal/hcops/load_balancer.go, docs/reference/load_balancer_annotations.md; Hetzner Cloud API; data path estimated',
};
