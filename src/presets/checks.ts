import type { PlannedCheck, PlannedEdge } from './schema.ts';

/** Seconds and counts, as clouds document them. */
interface Timing {
  readonly interval: number;
  readonly timeout: number;
  readonly unhealthy: number;
  readonly healthy: number;
}

function timed(timing: Timing) {
  return {
    intervalMs: timing.interval * 1000,
    timeoutMs: timing.timeout * 1000,
    unhealthyThreshold: timing.unhealthy,
    healthyThreshold: timing.healthy,
  };
}

/** HTTP to kube-proxy's own health server, :10256/healthz (KEP-3836): does not depend on the Service. */
export function healthz(timing: Timing): PlannedCheck {
  return { kind: 'http', port: 'healthz', path: '/healthz', ...timed(timing) };
}

/** HTTP to the Service's healthCheckNodePort: 200 if a ready pod runs on the node. Any path does; clouds ask /healthz. */
export function localEndpoints(timing: Timing): PlannedCheck {
  return { kind: 'http', port: 'healthCheckNodePort', path: '/healthz', ...timed(timing) };
}

/** A handshake with the node port itself. */
export function nodePortTcp(timing: Timing): PlannedCheck {
  return { kind: 'tcp', port: 'nodePort', path: '', ...timed(timing) };
}

/** HTTP to the node port itself: whichever ingress pod it leads to answers. */
export function nodePortHttp(path: string, statuses: number[], timing: Timing): PlannedCheck {
  return { kind: 'http', port: 'nodePort', path, statuses, ...timed(timing) };
}

/** HTTP to :10256/healthz whatever the policy, by annotations that AWS' two controllers share. */
export const awsPin: PlannedEdge['pinCheck'] = {
  annotations: {
    'service.beta.kubernetes.io/aws-load-balancer-healthcheck-protocol': 'http',
    'service.beta.kubernetes.io/aws-load-balancer-healthcheck-port': '10256',
    'service.beta.kubernetes.io/aws-load-balancer-healthcheck-path': '/healthz',
  },
  port: 'healthz',
};

/** A handshake with the pod itself, if the pods are the targets. */
export function podTcp(timing: Timing): PlannedCheck {
  return { kind: 'tcp', port: 'pod', path: '', ...timed(timing) };
}
