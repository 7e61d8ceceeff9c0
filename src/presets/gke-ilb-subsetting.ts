import { gkeNeg } from './gke-neg.ts';
import type { PlannedEdge } from './schema.ts';

/** GKE, internal passthrough load balancer with subsetting (finalizer gke.networking.io/l4-ilb-v2), default from 1.36. */
export const gkeIlbSubsetting: PlannedEdge = {
  ...gkeNeg, // the same controller and checks
  preset: 'gke-ilb-subsetting',
  backends: {
    // ingress-gce pkg/neg/syncers/subsets.go: under Cluster a subset of at most 25 nodes.
    Cluster: { from: 'nodes', max: 25 },
    // The same file: under Local the nodes with a pod, at most 250.
    Local: { from: 'ingress-nodes', max: 250 },
  },
  source: `${gkeNeg.source}; Google Cloud "About LoadBalancer Services" for the default`,
};
