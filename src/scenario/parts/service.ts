import * as z from 'zod';
import { internalTrafficPolicies } from '../../catalogue/policies.ts';
import { duration } from './scalars.ts';

/** The ingress' Service, names as in Kubernetes. */
export const serviceSettings = z.strictObject({
  sessionAffinity: z
    .enum(['None', 'ClientIP'])
    .default('None')
    .describe('ClientIP: on each node, connections of one client address go to one pod'),
  sessionAffinityTimeout: duration('1s', '24h')
    .default('3h')
    .describe('sessionAffinityConfig.clientIP.timeoutSeconds, from the last connection'),
  trafficDistribution: z
    .enum(['PreferSameNode', 'PreferSameZone', 'PreferClose'])
    .optional()
    .describe('Which pods a node prefers under Cluster; PreferClose is the old name of PreferSameZone'),
  internalTrafficPolicy: z
    .enum(internalTrafficPolicies)
    .default(internalTrafficPolicies[0])
    .describe(
      'Local: clients inside the cluster reach only pods on their own node; connections from outside do not depend on it',
    ),
  loadBalancerSourceRanges: z
    .array(z.string())
    .default([])
    .describe(
      'Client ranges (CIDR) that the load balancer lets in; none: all. Others get no answer, or what the preset does. `client` stands for where the load comes from',
    ),
});
