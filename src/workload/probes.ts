import type { V1Probe } from '@kubernetes/client-node';
import type { Milliseconds } from '../base/units.ts';
import type { Plan } from '../plan/schema.ts';
import { ports } from './manifests.ts';

/** Kubernetes takes whole seconds only, and at least one. */
const seconds = (ms: Milliseconds): number => Math.max(1, Math.round(ms / 1000));

/** The ingress' readiness probe, as the plan has it. */
export function ingressProbe({ ingress: { readinessPeriodMs, readiness } }: Plan): V1Probe {
  const { initialDelayMs, timeoutMs, failureThreshold, successThreshold } = readiness;
  return {
    httpGet: { path: '/ping', port: ports.ping },
    ...(initialDelayMs === 0 ? {} : { initialDelaySeconds: seconds(initialDelayMs) }),
    periodSeconds: seconds(readinessPeriodMs),
    timeoutSeconds: seconds(timeoutMs),
    failureThreshold,
    successThreshold,
  };
}

/** The app's: asked as often as the ingress is. */
export function appProbe({ ingress: { readinessPeriodMs } }: Plan): V1Probe {
  return {
    httpGet: { path: '/healthz', port: ports.app },
    periodSeconds: seconds(readinessPeriodMs),
    timeoutSeconds: 2,
    failureThreshold: 1,
  };
}
