import { healthz, localEndpoints } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/**
 * A plain passthrough balancer of no cloud, for a scenario's own figures. What the scenario leaves out stays as here:
 * quick checks, so that a mistake is soon seen, and nothing done to open connections.
 */
export const custom: PlannedEdge = {
  preset: 'custom',
  mode: 'passthrough', // our choice: what most clouds' default is
  checks: {
    // Our choice: 5 s x 2 as Azure's default, 2 s for an answer.
    Cluster: healthz({ interval: 5, timeout: 2, unhealthy: 2, healthy: 2 }),
    Local: localEndpoints({ interval: 5, timeout: 2, unhealthy: 2, healthy: 2 }), // the same
  },
  reconcileDelayMs: 1000, // our choice: a controller at leisure
  onEjected: 'persist', // our choice: the least that a balancer does
  drainTimeoutMs: 0, // our choice, likewise
  onRemoved: 'persist', // our choice, likewise
  allUnhealthy: 'all', // our choice: what the passthrough balancers of GCP and AWS do
  panicThreshold: 0, // our choice: none
  // Our choice: all nodes, as most clouds.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  onFlip: 'check', // our choice: the least that a controller does
  addressGoneMs: 0, // our choice: only for onFlip: recreate-address or restart
  groupSwapMs: 0, // our choice: only for onFlip: new-target-group
  verdictDelayMs: 0, // our choice: none
  removalDelayMs: 0, // our choice: none
  spread: 'each', // our choice: what clouds do
  noTarget: 'reset', // our choice: an answer at once, which is easy to distinguish from a node's silence
  checkIntervalFrom: 'start', // our choice: the interval is kept
  ejectOn503: false, // our choice: thresholds hold
  upstreamConnectTimeoutMs: 5000, // our choice; counts for `mode: proxy` only
  // our choice: nothing goes to a target that has not answered yet
  newTarget: 'unhealthy',
  // our choice: as Kubernetes' own service controller
  excludeLabel: 'honoured',
  // our choice: models an administrator who sets the check by hand
  pinCheck: { annotations: { 'midflight.dev/check': 'http:10256/healthz' }, port: 'healthz' },
  // our choice: models an administrator who sets it by hand
  keepEstablished: { 'midflight.dev/connection-draining-timeout': '3600' },
  sourceRanges: 'drop', // our choice: what kube-proxy does behind a passthrough balancer
  source: "midflight's own defaults; whatever the scenario overrides is the user's",
};
