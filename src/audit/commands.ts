import type { TrafficPolicy } from '../catalogue/policies.ts';
import type { CheckOptions } from './checks/check.ts';
import type { ServiceView } from './facts/view.ts';

interface PatchTarget {
  readonly contextFlag: string;
  readonly namespace: string;
  /** The kind as kubectl takes it: `service`, `deployment`. */
  readonly resource: string;
  readonly name: string;
}

/** A strategic merge patch, which built-in kinds know: lists of containers are merged by name. */
export function patchCommand(
  { contextFlag, namespace, resource, name }: PatchTarget,
  patch: unknown,
): string {
  return `kubectl${contextFlag} -n ${namespace} patch ${resource} ${name} -p '${JSON.stringify(patch)}'`;
}

/** How to change the policy: step by step where a balancer is in front; else the patch, with its cost measured meanwhile. */
function flipCommand({ service }: ServiceView, policy: TrafficPolicy, { contextFlag }: CheckOptions): string {
  const { name, namespace = 'default' } = service.metadata;
  const url = 'https://HOST/';
  if (service.spec?.type === 'LoadBalancer')
    return `midflight flip ${namespace}/${name} --to ${policy} --url ${url}${contextFlag} --allow-changes`;
  const target = { contextFlag, namespace, resource: 'service', name };
  return `midflight watch ${url} -- ${patchCommand(target, { spec: { externalTrafficPolicy: policy } })}`;
}

/** What ends the passing on of connections, and what that costs. */
export const flipToLocal = (view: ServiceView, options: CheckOptions) => ({
  text: 'send connections only to nodes with an endpoint; first read what the change costs on this balancer',
  command: flipCommand(view, 'Local', options),
});

/** Changes an annotation of the Service. */
export function annotateCommand(
  { service }: ServiceView,
  annotation: string,
  { contextFlag }: CheckOptions,
): string {
  const { name, namespace = 'default' } = service.metadata;
  return `kubectl${contextFlag} -n ${namespace} annotate service ${name} --overwrite '${annotation}'`;
}
