import { awsNlbLbc } from './aws-nlb-lbc.ts';
import type { PlannedEdge } from './schema.ts';

/**
 * AWS, the same Network Load Balancer with connection termination switched off: annotation
 * service.beta.kubernetes.io/aws-load-balancer-target-group-attributes:
 * target_health_state.unhealthy.connection_termination.enabled=false.
 */
export const awsNlbLbcKeep: PlannedEdge = {
  ...awsNlbLbc, // all else is the same load balancer
  preset: 'aws-nlb-lbc-keep',
  // docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html with
  // aws-load-balancer-controller docs/guide/service/annotations.md: connections to unhealthy targets are kept.
  onEjected: 'persist',
  keepEstablished: null, // it is set already
  source: `${awsNlbLbc.source}; aws-load-balancer-controller docs/guide/service/annotations.md`,
};
