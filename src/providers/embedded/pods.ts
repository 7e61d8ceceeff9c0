import { images, ingressSettingsEnv, startDelayEnv } from '../../cluster/images.ts';
import type { Plan } from '../../plan/schema.ts';
import { hostname, names, type PodShape, ports } from '../../workload/manifests.ts';
import { appProbe, ingressProbe } from '../../workload/probes.ts';

/** Traefik's forwardingTimeouts.dialTimeout, its default. */
const dialTimeoutMs = 30_000;

/** How long a container of an embedded node takes to listen: real milliseconds. */
const delayed = (startDelayMs: number, { timeScale }: Plan) =>
  startDelayMs === 0 ? [] : [{ name: startDelayEnv, value: String(startDelayMs / timeScale) }];

export function appPod(plan: Plan): PodShape {
  return {
    name: names.app,
    container: {
      name: 'app',
      image: images.app,
      env: delayed(plan.app.startDelayMs, plan),
      ports: [{ name: 'http', containerPort: ports.app }],
      readinessProbe: appProbe(plan),
    },
  };
}

/** `clients`: addresses that `client` stands for in the allow-list. */
export function ingressPod(plan: Plan, clients: readonly string[]): PodShape {
  const { allowList, trustedIPs, graceTimeOutMs, requestAcceptGraceTimeoutMs } = plan.ingress;
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
      env: [
        { name: ingressSettingsEnv, value: JSON.stringify(settings) },
        ...delayed(plan.ingress.startDelayMs, plan),
      ],
      ports: [
        { name: 'web', containerPort: ports.ingress },
        { name: 'ping', containerPort: ports.ping },
      ],
      readinessProbe: ingressProbe(plan),
    },
  };
}
