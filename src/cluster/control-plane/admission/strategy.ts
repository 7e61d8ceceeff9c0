import type { Objects, Resource } from '../api/kinds.ts';
import type { Context } from '../context.ts';
import { namespaceStrategy } from './namespace.ts';
import { nodeStrategy } from './node.ts';
import { podStrategy } from './pod.ts';
import { serviceStrategy } from './service.ts';
import { daemonSetStrategy, deploymentStrategy } from './workload.ts';

/**
 * What a resource does to an object before it is stored: defaults, allocation, validation (throws StatusError).
 * `previous` is undefined for a create.
 */
type AdmissionStrategy<R extends Resource> = (
  context: Context,
  next: Objects[R],
  previous: Objects[R] | undefined,
) => Objects[R];

export const strategies: { readonly [R in Resource]?: AdmissionStrategy<R> } = {
  services: serviceStrategy,
  pods: podStrategy,
  nodes: nodeStrategy,
  namespaces: namespaceStrategy,
  deployments: deploymentStrategy,
  daemonsets: daemonSetStrategy,
};
