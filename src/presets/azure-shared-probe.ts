import { azure } from './azure.ts';
import { healthz, localEndpoints } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** Azure, Standard Load Balancer with clusterServiceLoadBalancerHealthProbeMode: shared. */
export const azureSharedProbe: PlannedEdge = {
  ...azure, // all but the probe
  preset: 'azure-shared-probe',
  checks: {
    // cloud-provider-azure pkg/consts/consts.go: under Cluster one probe for all Services, HTTP /healthz on kube-proxy's
    // 10256 (ClusterServiceLoadBalancerHealthProbeDefaultPort, ...DefaultPath); interval and count as in azure.ts.
    Cluster: healthz({ interval: 5, timeout: 5, unhealthy: 2, healthy: 1 }),
    // The same as in azure.ts: the shared probe is for Cluster only.
    Local: localEndpoints({ interval: 5, timeout: 5, unhealthy: 2, healthy: 1 }),
  },
  source: `${azure.source}; kubernetes-sigs/cloud-provider-azure#3499 for what the shared probe cures`,
};
