import { images, ingressSettingsEnv } from '../../cluster/images.ts';
import type { Plan } from '../../plan/schema.ts';
import { hostname, names, type PodShape, ports } from '../../workload/manifests.ts';

/** Traefik's forwardingTimeouts.dialTimeout, its default. */
const dialTimeoutMs = 30_000;

const readiness = (path: string, port: number, periodMs: number) => ({
  httpGet: { path, port },
  periodSeconds: Math.max(1, Math.round(periodMs / 1000)),
  timeoutSeconds: 2,
  failureThreshold: 1,
});

export function appPod(plan: Plan): PodShape {
  return {
    name: names.app,
    container: {
      name: 'app',
      image: images.app,
      ports: [{ name: 'http', containerPort: ports.app }],
      readinessProbe: readiness('/healthz', ports.app, plan.ingress.readinessPeriodMs),
    },
  };
}

/** `clients`: addresses that `client` stands for in the allow-list. */
export function ingressPod(plan: Plan, clients: readonly string[]): PodShape {
  const { allowList, trustedIPs, graceTimeOutMs, requestAcceptGraceTimeoutMs, readinessPeriodMs } =
    plan.ingress;
  const settings = {
    hostname,
    allowList: allowList.flatMap((range) => (range === 'client' ? clients : [range])),
    trustedIPs,
    graceTimeOutMs: graceTimeOutMs / plan.timeScale,
    requestAcceptGraceTimeoutMs: requestAcceptGraceTimeoutMs / plan.timeScale,
    dialTimeoutMs: dialTimeoutMs / plan.timeScale,
  };
  return {
    name: names.ingress,
    container: {
      name: 'ingress',
      image: images.ingress,
      env: [{ name: ingressSettingsEnv, value: JSON.stringify(settings) }],
      ports: [
        { name: 'web', containerPort: ports.ingress },
        { name: 'ping', containerPort: ports.ping },
      ],
      readinessProbe: readiness('/ping', ports.ping, readinessPeriodMs),
    },
  };
}
