import { azure } from './azure.ts';
import type { PlannedEdge } from './schema.ts';

/** Azure, several Standard Load Balancers (multipleStandardLoadBalancerConfigurations). */
export const azureMultiSlb: PlannedEdge = {
  ...azure, // the same probes and load balancer
  preset: 'azure-multi-slb',
  // cloud-provider-azure pkg/provider/azure_local_services.go: a Service with Local has a backend pool of its own, of the
  // nodes of its EndpointSlices.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'ingress-nodes', max: null } },
  onFlip: 'backend-set', // the same file: the pool is made or removed when the policy changes
  // The same file: changes of EndpointSlices are gathered for 30 s (backend pool update interval).
  reconcileDelayMs: 30_000,
  // No source. Inferred from Azure's rule for a failed probe; that removal lets connections go on is not documented.
  onRemoved: 'persist',
  source: `${azure.source}; cloud-provider-azure pkg/provider/azure_local_services.go; connections of removed nodes inferred`,
};
