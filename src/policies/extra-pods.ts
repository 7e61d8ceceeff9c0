import type { V1Container } from '@kubernetes/client-node';
import type { Milliseconds } from '../base/units.ts';

/**
 * The container with a sleep before its SIGTERM (PodLifecycleSleepAction, on by default since Kubernetes 1.30). The ingress'
 * own grace for requests is not enough: Traefik's ping answers 503 from SIGTERM on (doc.traefik.io, "Ping":
 * terminatingStatusCode is 503 by default), so the pod's readiness fails, its endpoint is `serving: false`, and kube-proxy
 * under Local drops what still comes to the node, though the pod would take it (KEP-1669, "Proxy Terminating Endpoints": of
 * terminating endpoints only those that are serving are fallen back to). During the sleep it stays serving.
 */
export function sleepingFirst(container: V1Container, sleepMs: Milliseconds): V1Container {
  const seconds = Math.max(Math.ceil(sleepMs / 1000), container.lifecycle?.preStop?.sleep?.seconds ?? 0);
  if (seconds === 0) return container;
  return { ...container, lifecycle: { ...container.lifecycle, preStop: { sleep: { seconds } } } };
}
