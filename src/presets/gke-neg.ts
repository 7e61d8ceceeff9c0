import { gkeInstanceGroup } from './gke-instance-group.ts';
import type { PlannedEdge } from './schema.ts';

/**
 * GKE, external passthrough load balancer: a backend service over GCE_VM_IP network endpoint groups (finalizer
 * gke.networking.io/l4-netlb-v3). GKE's default from 1.37
 * (docs.cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer).
 */
export const gkeNeg: PlannedEdge = {
  ...gkeInstanceGroup, // the same checks and balancer, other backends
  preset: 'gke-neg',
  backends: {
    // ingress-gce pkg/neg/syncers/subsets.go: under Cluster a subset of at most 250 nodes.
    Cluster: { from: 'nodes', max: 250 },
    // The same file: under Local the nodes with a pod of the Service, at most 3000.
    Local: { from: 'ingress-nodes', max: 3000 },
  },
  // The same file with backends.go: other nodes are members after the flip, and those that leave are drained for 30 s.
  // That a flip therefore cuts their connections is inferred from the two.
  onFlip: 'backend-set',
  // Estimate: the check and backend service as with instance groups; the endpoint group's syncer follows at once.
  reconcileDelayMs: 5000,
  source: `${gkeInstanceGroup.source}; ingress-gce pkg/neg/syncers/subsets.go; the cut at a flip inferred`,
};
