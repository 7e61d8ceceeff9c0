import { healthz } from './checks.ts';
import { metallbL2 } from './metallb-l2.ts';
import type { PlannedEdge } from './schema.ts';

/** MetalLB in BGP mode: routers spread connections over all announcing nodes by a hash. */
export const metallbBgp: PlannedEdge = {
  ...metallbL2, // the same speakers and candidates
  preset: 'metallb-bgp',
  checks: {
    // A stand-in for the BGP session: metallb.io, BGPPeer: hold time 90 s by default (keep-alive every 30 s), no BFD;
    // asked here of kube-proxy's :10256.
    Cluster: healthz({ interval: 30, timeout: 5, unhealthy: 3, healthy: 1 }),
    Local: healthz({ interval: 30, timeout: 5, unhealthy: 3, healthy: 1 }), // the same, whatever the policy
  },
  reconcileDelayMs: 1000, // estimate: a route is withdrawn or announced, and the router programs it
  // metallb.io/concepts/bgp, "Limitations": routers hash over the next hops, and most are not stable when their number
  // changes, so a change is a one-time hit to active connections, also of nodes that stay. Resets inferred.
  spread: 'ecmp',
  noTarget: 'drop', // inferred: the router has no route
  source:
    'metallb speaker/bgp_controller.go; metallb.io "MetalLB in BGP mode" (limitations, hold time); health check a stand-in, resets inferred',
};
