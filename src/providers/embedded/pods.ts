import { h2Env, images, ingressSettingsEnv, startDelayEnv } from '../../cluster/images.ts';
import type { Plan } from '../../plan/schema.ts';
import { hostname, names, type PodShape, ports, webPorts } from '../../workload/manifests.ts';
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
      env: [
        ...delayed(plan.app.startDelayMs, plan),
        ...(plan.ingress.h2c === undefined ? [] : [{ name: h2Env, value: 'yes' }]),
      ],
      ports: [
        { name: 'http', containerPort: ports.app },
        ...(plan.ingress.h2c === undefined ? [] : [{ name: 'h2c', containerPort: ports.appH2 }]),
      ],
      readinessProbe: appProbe(plan),
    },
  };
}

/** `clients`: addresses that `client` means in the allow-list. */
export function ingressPod(plan: Plan, clients: readonly string[]): PodShape {
  const {
    allowList,
    h2c,
    tls = false,
    trustedIPs,
    graceTimeOutMs,
    requestAcceptGraceTimeoutMs,
  } = plan.ingress;
  const settings = {
    hostname,
    tls,
    allowList: allowList.flatMap((range) => (range === 'client' ? clients : [range])),
    trustedIPs,
    graceTimeOutMs: graceTimeOutMs / plan.timeScale,
    requestAcceptGraceTimeoutMs: requestAcceptGraceTimeoutMs / plan.timeScale,
    dialTimeoutMs: dialTimeoutMs / plan.timeScale,
    ...(h2c === undefined
      ? {}
      : {
          h2c: {
            via: h2c.via,
            pingAfterMs: (h2c.readIdleMs === 0 ? h2c.givesUpMs / 2 : h2c.readIdleMs) / plan.timeScale,
            pings: h2c.readIdleMs > 0,
            givesUpMs: h2c.givesUpMs / plan.timeScale,
          },
        }),
  };
  return {
    name: names.ingress,
    hostNetwork: plan.ingress.hostNetwork ?? false,
    container: {
      name: 'ingress',
      image: images.ingress,
      env: [
        { name: ingressSettingsEnv, value: JSON.stringify(settings) },
        ...delayed(plan.ingress.startDelayMs, plan),
      ],
      ports: [...webPorts(plan.ingress), { name: 'ping', containerPort: ports.ping }],
      readinessProbe: ingressProbe(plan),
    },
  };
}
