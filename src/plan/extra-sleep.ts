import type { Milliseconds } from '../base/units.ts';
import { staysOnNode, type TrafficPolicy } from '../catalogue/policies.ts';
import { detectionMs } from './flip-time.ts';
import type { PlannedEdge } from './schema.ts';

/** From a pod's deletion until no kube-proxy sends it anything new: minSyncPeriod is 1 s, its EndpointSlice comes before. */
const proxiesFollowMs = 5000;

/**
 * How long an extra ingress pod must serve once it is asked to end: under Cluster until every kube-proxy has left it, under
 * Local until the balancer has. 0: its node was excluded before, and nothing comes any more.
 */
export function extraSleepMs(
  edge: Pick<PlannedEdge, 'excludeLabel' | 'checks' | 'verdictDelayMs'>,
  final: TrafficPolicy,
): Milliseconds {
  if (!staysOnNode(final)) return proxiesFollowMs;
  return edge.excludeLabel === 'honoured' ? 0 : proxiesFollowMs + detectionMs(edge, final);
}
