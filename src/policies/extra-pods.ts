import type { V1Container } from '@kubernetes/client-node';
import type { Milliseconds } from '../base/units.ts';
import type { TrafficPolicy } from '../catalogue/policies.ts';
import { detectionMs } from '../plan/flip-time.ts';
import type { PlannedEdge } from '../plan/schema.ts';

/** From a pod's deletion until kube-proxy everywhere sends it nothing new: minSyncPeriod is 1 s, its EndpointSlice comes before. */
const proxiesFollowMs = 5000;

/**
 * How long an extra ingress pod must serve once it is asked to end: under Cluster until every kube-proxy has left it, under
 * Local until the balancer has. 0: its node was excluded before, and nothing comes any more.
 */
export function extraSleepMs(
  edge: Pick<PlannedEdge, 'excludeLabel' | 'checks' | 'verdictDelayMs'>,
  final: TrafficPolicy,
): Milliseconds {
  if (final === 'Cluster') return proxiesFollowMs;
  return edge.excludeLabel === 'honoured' ? 0 : proxiesFollowMs + detectionMs(edge, 'Local');
}

/**
 * The container with a sleep before its SIGTERM (PodLifecycleSleepAction, on by default since Kubernetes 1.30). The ingress'
 * own grace for requests is not enough: Traefik's ping answers 503 from SIGTERM on (ping.terminatingStatusCode), so the pod's
 * readiness fails, its endpoint is `serving: false`, and kube-proxy under Local drops what still comes to the node, though
 * the pod would take it (kubernetes KEP-1669: only serving endpoints are fallen back to). During the sleep it stays serving.
 */
export function sleepingFirst(container: V1Container, sleepMs: Milliseconds): V1Container {
  const seconds = Math.max(Math.ceil(sleepMs / 1000), container.lifecycle?.preStop?.sleep?.seconds ?? 0);
  if (seconds === 0) return container;
  return { ...container, lifecycle: { ...container.lifecycle, preStop: { sleep: { seconds } } } };
}
