import type { TrafficPolicy } from '../../catalogue/policies.ts';
import type { ServiceView } from '../facts/view.ts';
import type { CheckOptions } from './check.ts';

/** `60 %`, without a false zero. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 1) return `${value.toFixed(1)} %`;
  return `${Math.round(value)} %`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** Names for a sentence; more than `most` are counted. */
export function listed(names: readonly string[], most = 10): string {
  const sorted = [...names].sort();
  if (sorted.length <= most) return sorted.join(', ');
  return `${sorted.slice(0, most).join(', ')} and ${sorted.length - most} more`;
}

export interface PatchTarget {
  readonly contextFlag: string;
  readonly namespace: string;
  /** As kubectl has it: `service`, `deployment`. */
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

/** The patch of one Service, with its cost measured while it happens. */
export function flipCommand(
  { service }: ServiceView,
  policy: TrafficPolicy,
  { contextFlag }: CheckOptions,
): string {
  const { name, namespace = 'default' } = service.metadata;
  const target = { contextFlag, namespace, resource: 'service', name };
  return `midflight watch https://HOST/ -- ${patchCommand(target, { spec: { externalTrafficPolicy: policy } })}`;
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
