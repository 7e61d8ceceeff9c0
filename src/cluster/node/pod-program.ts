import * as z from 'zod';
import { appProtocol } from '../../workload/app/protocol.ts';
import { ingressProtocol } from '../../workload/ingress/protocol.ts';
import { names, ports } from '../../workload/manifests.ts';
import { h2Env, images, ingressSettingsEnv, startDelayEnv } from '../images.ts';
import type { NodeConfig } from './config.ts';
import { containerOf, type PodObject } from './pod-object.ts';
import type { PodProgram } from './pod-worker.ts';

const settings = z.looseObject({ hostname: z.string(), tls: z.boolean().optional() });

/** A listening port of a pod as the machine has it: moved if all nodes share one address. */
type PortOf = (port: number) => number;

/** The program that a pod's image is played by. Undefined: an image that an embedded node does not know. */
export function programOf(
  config: NodeConfig,
  pod: PodObject,
  host: string,
  portOf: PortOf,
): PodProgram | undefined {
  const { image, env } = containerOf(pod);
  const startDelayMs = Number(env.find(({ name }) => name === startDelayEnv)?.value ?? 0);
  const common = { token: config.token, host, node: config.name, pod: pod.metadata.name };
  if (image === images.app) {
    const h2 = env.some(({ name }) => name === h2Env) ? { h2Port: portOf(ports.appH2) } : {};
    const app = { ...common, role: 'app', port: portOf(ports.app), ...h2, backlog: config.backlog };
    return { protocol: appProtocol, bundle: config.roles.app, config: app, startDelayMs };
  }
  if (image === images.ingress) {
    const text = env.find(({ name }) => name === ingressSettingsEnv)?.value ?? '{}';
    const { tls, ...own } = settings.parse(JSON.parse(text));
    const ingress = {
      ...own,
      ...common,
      role: 'ingress',
      port: portOf(ports.ingress),
      ...(tls ? { securePort: portOf(ports.secure) } : {}),
      pingHost: host,
      pingPort: portOf(ports.ping),
      bindAddress: config.sharedAddress ? null : host,
      upstream: [],
      backlog: config.backlog,
    };
    return { protocol: ingressProtocol, bundle: config.roles.ingress, config: ingress, startDelayMs };
  }
  return undefined;
}

/** The Service whose endpoints an ingress sends to. */
export const upstreamService = `midflight/${names.app}`;
