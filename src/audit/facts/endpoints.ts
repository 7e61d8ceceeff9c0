import { isReadyEndpoint, serviceNameLabel } from '../../kube/endpoints.ts';
import { hasReadyCondition } from '../../kube/ready.ts';
import { keyOf, type Lists, type Service } from '../snapshot.ts';

/** The ready endpoints of a Service. */
export interface EndpointCounts {
  readonly ready: number;
  /** How many of them each node has. */
  readonly byNode: ReadonlyMap<string, number>;
  /** Ready endpoints without a node: outside the cluster. */
  readonly elsewhere: number;
  readonly zones: ReadonlySet<string>;
}

/**
 * By EndpointSlices; without any, by Pods that match the selector (a dump may hold only those). `isWhole`: all EndpointSlices
 * are known, so a Service without one has no endpoints.
 */
export function endpointIndex(lists: Lists, isWhole: boolean) {
  const slices = new Map<string, Lists['endpointSlices']>();
  for (const slice of lists.endpointSlices) {
    const name = slice.metadata.labels[serviceNameLabel];
    if (name === undefined) continue;
    const key = `${slice.metadata.namespace ?? 'default'}/${name}`;
    slices.set(key, [...(slices.get(key) ?? []), slice]);
  }
  return (service: Service): EndpointCounts | null => {
    const own = slices.get(keyOf(service));
    if (own !== undefined) return fromSlices(own);
    const pods = fromPods(service, lists.pods);
    if (pods !== null) return pods;
    return isWhole ? count([]) : null;
  };
}

interface Ready {
  readonly node: string | null;
  readonly zone: string | null;
}

function fromSlices(slices: Lists['endpointSlices']): EndpointCounts {
  // A Service of two address families has every pod in two slices.
  const ready = new Map<string, Ready>();
  for (const { endpoints } of slices) {
    for (const { conditions, nodeName, zone, targetRef, addresses } of endpoints) {
      if (!isReadyEndpoint({ conditions })) continue;
      ready.set(targetRef?.name ?? addresses[0] ?? '', { node: nodeName ?? null, zone: zone ?? null });
    }
  }
  return count([...ready.values()]);
}

function fromPods(service: Service, pods: Lists['pods']): EndpointCounts | null {
  const selector = Object.entries(service.spec.selector);
  if (selector.length === 0 || pods.length === 0) return null;
  const own = pods.filter(
    ({ metadata }) =>
      (metadata.namespace ?? 'default') === (service.metadata.namespace ?? 'default') &&
      selector.every(([key, value]) => metadata.labels[key] === value),
  );
  return count(
    own.filter(hasReadyCondition).map(({ spec }) => ({ node: spec.nodeName ?? null, zone: null })),
  );
}

function count(ready: readonly Ready[]): EndpointCounts {
  const byNode = new Map<string, number>();
  const zones = new Set<string>();
  let elsewhere = 0;
  for (const { node, zone } of ready) {
    if (node === null) elsewhere += 1;
    else byNode.set(node, (byNode.get(node) ?? 0) + 1);
    if (zone !== null) zones.add(zone);
  }
  return { ready: ready.length, byNode, elsewhere, zones };
}
