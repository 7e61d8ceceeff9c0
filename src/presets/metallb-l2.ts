import { healthz } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** MetalLB in layer 2 mode: one node answers ARP for the address, and so takes every connection. */
export const metallbL2: PlannedEdge = {
  preset: 'metallb-l2',
  mode: 'passthrough', // metallb.io/concepts/layer2: packets reach the node as the client sent them
  checks: {
    // A stand-in: speakers find each other dead by memberlist (hashicorp/memberlist config.go, DefaultLANConfig: probes
    // every 1 s, 500 ms for an answer, suspicion 4 x log10(nodes) s, here 4 s); asked here of kube-proxy's :10256.
    Cluster: healthz({ interval: 1, timeout: 0.5, unhealthy: 5, healthy: 1 }),
    Local: healthz({ interval: 1, timeout: 0.5, unhealthy: 5, healthy: 1 }), // the same, whatever the policy
  },
  reconcileDelayMs: 500, // estimate: speakers watch the Service and its EndpointSlices, and send a gratuitous ARP
  onEjected: 'reset', // inferred: see spread
  drainTimeoutMs: 0, // speaker/layer2_controller.go, DeleteBalancer: the announcement ends at once
  onRemoved: 'reset', // inferred: see spread
  allUnhealthy: 'none', // speaker/layer2_controller.go, ShouldAnnounce: no available node, no announcement
  panicThreshold: 0, // there is no such thing
  newTarget: 'healthy', // a speaker that has joined is usable: the same file, UsableSpeakers
  // The same file, ShouldAnnounce: any node with a speaker; under Local those with an endpoint that can serve.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'ingress-nodes', max: null } },
  onFlip: 'backend-set', // the same function: another set of candidates, so perhaps another announcer
  addressGoneMs: 0, // the address moves at once
  groupSwapMs: 0, // there are no target groups
  verdictDelayMs: 0, // each speaker decides for itself
  removalDelayMs: 0, // each speaker decides for itself
  // The same function: of all candidates the first by hash announces. Inferred: packets of established connections reach
  // the new announcer, which knows nothing of them, and are answered with RST.
  spread: 'one-node',
  noTarget: 'drop', // inferred: nobody answers ARP for the address
  checkIntervalFrom: 'start', // hashicorp/memberlist state.go: probes by a ticker
  ejectOn503: false, // no HTTP in truth
  upstreamConnectTimeoutMs: 0, // passthrough
  excludeLabel: 'honoured', // speaker/layer2_controller.go, speakersForPool: IsNodeExcludedFromBalancers
  pinCheck: null, // there is no check that could be set
  keepEstablished: null, // there is no such setting
  // kube-proxy pkg/proxy/iptables/proxier.go, usesFWChain: packets come with the balancer's address, and others are dropped.
  sourceRanges: 'drop',
  source:
    'metallb speaker/layer2_controller.go; hashicorp/memberlist DefaultLANConfig; metallb.io "MetalLB in layer 2 mode"; health check a stand-in, resets inferred',
};
