import { healthz, localEndpoints } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** DigitalOcean, regional load balancer (REGIONAL): a proxy, the default up to Kubernetes 1.32. */
export const digitaloceanRegional: PlannedEdge = {
  preset: 'digitalocean-regional',
  mode: 'proxy', // docs.digitalocean.com/products/networking/load-balancers: regional load balancers proxy
  checks: {
    // digitalocean-cloud-controller-manager cloud-controller-manager/do/loadbalancers.go: check interval 3, response
    // time-out 5, unhealthy 3, healthy 5, all from the documented defaults of its annotations.
    Cluster: healthz({ interval: 3, timeout: 5, unhealthy: 3, healthy: 5 }),
    Local: localEndpoints({ interval: 3, timeout: 5, unhealthy: 3, healthy: 5 }), // the same
  },
  // Estimate: an update of the load balancer is awaited in steps of 5 s (defaultActiveCheckTick). No published figure.
  reconcileDelayMs: 15_000,
  // Estimate: HAProxy's default (no on-marked-down) leaves sessions of a server marked down open.
  onEjected: 'persist',
  drainTimeoutMs: 0, // nothing is waited for: none of its sources names a delay
  onRemoved: 'persist', // estimate, as HAProxy: a reloaded process leaves connections to the old one
  // docs.digitalocean.com/products/networking/load-balancers/support: no healthy Droplet, no answer (503 for HTTP).
  allUnhealthy: 'none',
  panicThreshold: 0, // estimate, as HAProxy, which has none
  // digitalocean-cloud-controller-manager do/loadbalancers.go: all nodes' Droplets, whatever the policy.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  onFlip: 'check', // the same file: the load balancer is updated with another health check
  addressGoneMs: 0, // the load balancer stays
  groupSwapMs: 0, // there are no target groups
  verdictDelayMs: 0, // no published figure: taken as none
  removalDelayMs: 0, // no published figure: taken as none
  spread: 'each', // the same file: round_robin by default
  // Estimate, as HAProxy: the handshake is completed, then it closes with the client's request unread: RST.
  noTarget: 'reset',
  // Estimate, as HAProxy: src/check.c, process_chk_conn: a finished check sets the task's next run to now plus `inter`.
  checkIntervalFrom: 'end',
  ejectOn503: false, // the thresholds above hold for any failed check
  // Estimate: HAProxy's customary `timeout connect 5s`.
  upstreamConnectTimeoutMs: 5000,
  // Inferred, as HAProxy: a server begins as up until its checks have failed (configuration manual, `rise` and `fall`).
  newTarget: 'healthy',
  // k8s.io/cloud-provider controllers/service/controller.go: nodes with the label are no targets.
  excludeLabel: 'honoured',
  // docs.digitalocean.com/products/kubernetes/how-to/configure-load-balancers ("Health checks"): with the first annotation
  // the check follows the others and not the policy. It asks the node port: any other must be a port of the Service.
  pinCheck: {
    annotations: {
      'service.beta.kubernetes.io/do-loadbalancer-override-health-check': 'true',
      'service.beta.kubernetes.io/do-loadbalancer-healthcheck-protocol': 'tcp',
    },
    port: 'nodePort',
  },
  // Nothing to set: open connections are left alone as they are.
  keepEstablished: null,
  // docs.digitalocean.com, release note of 16 July 2024: DOKS supports the field. That it drops is inferred.
  sourceRanges: 'drop',
  source:
    'digitalocean-cloud-controller-manager do/loadbalancers.go; DigitalOcean "Load Balancer Support"; reconcile delay, ejection and connect time-out estimated',
};
