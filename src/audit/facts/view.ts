import type { TrafficPolicy } from '../../catalogue/policies.ts';
import { keyOf, type Lists, type Service, type Snapshot, type WorkloadObject } from '../snapshot.ts';
import type { BalancerKind } from './balancers/kind.ts';
import { balancers } from './balancers.ts';
import { type Candidates, candidateSets, type NodeFacts } from './candidates.ts';
import { type Datapath, datapathOf } from './datapath.ts';
import { type EndpointCounts, endpointIndex } from './endpoints.ts';
import { type Identified, identify, providerPrefixOf } from './identify.ts';
import { makingIngresses } from './ingresses.ts';
import { type SpotMark, spotMarkOf } from './spot.ts';
import { workloadIndex } from './workloads.ts';

/** Everything the checks need to know of one Service. */
export interface ServiceView {
  readonly service: Service;
  readonly key: string;
  readonly policy: TrafficPolicy;
  readonly balancer: Identified & { readonly kind: BalancerKind };
  /** Nodes that its balancer may send to under Cluster; null: the nodes are not known. */
  readonly candidates: Candidates | null;
  /** Its ready endpoints; null: not known. */
  readonly endpoints: EndpointCounts | null;
  /** Candidates without a ready endpoint: they only pass connections on. Null: not known, or it sends to pods. */
  readonly transit: readonly NodeFacts[] | null;
  /** The pods' owners, by its selector. */
  readonly workloads: readonly WorkloadObject[];
}

/** Everything the checks need to know of a cluster. */
export interface ClusterView {
  readonly snapshot: Snapshot;
  readonly nodes: readonly NodeFacts[];
  readonly datapath: Datapath;
  readonly isAks: boolean;
  /** The Services of type LoadBalancer and NodePort, by namespace and name. */
  readonly services: readonly ServiceView[];
}

export interface ViewOptions {
  readonly spotMarks: readonly SpotMark[];
  /** `namespace/name` or `name`; null: all. */
  readonly service: string | null;
}

/** Puts the objects together. Pure. */
export function clusterView(snapshot: Snapshot, options: ViewOptions): ClusterView {
  const { lists, gaps, serverVersion } = snapshot;
  const missing = (resource: string) => gaps.some((gap) => gap.resource === resource);
  // Sorted by name once, so that every list of them is.
  const sorted = [...lists.nodes].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const nodes = sorted.map((node): NodeFacts => {
    const { name, labels } = node.metadata;
    const zone = labels['topology.kubernetes.io/zone'] ?? null;
    return { name, zone, spot: spotMarkOf(node, options.spotMarks), node };
  });
  const providerIds = new Set(lists.nodes.map(({ spec }) => providerPrefixOf(spec.providerID ?? '')));
  const candidatesOf = candidateSets(nodes, lists, serverVersion);
  const endpointsOf = endpointIndex(lists, snapshot.source.kind === 'live' && !missing('endpointslices'));
  const workloadsOf = workloadIndex(lists.workloads);
  const targetTypes = new Map(
    lists.targetGroupBindings.map(({ metadata, spec }) => [
      `${metadata.namespace ?? 'default'}/${spec.serviceRef.name}`,
      spec.targetType ?? null,
    ]),
  );
  const serviceLbs = serviceLbNames(lists);
  const ingressOf = makingIngresses(lists, providerIds);

  const view = (service: Service): ServiceView => {
    const key = keyOf(service);
    const found = identify(service, {
      providerIds,
      targetType: targetTypes.get(key) ?? null,
      hasServiceLb: serviceLbs.has(key),
      ingress: ingressOf.get(key) ?? null,
    });
    const kind = balancers[found.id];
    const candidates = nodes.length === 0 ? null : candidatesOf(service, found.id);
    const endpoints = endpointsOf(service);
    return {
      service,
      key,
      policy: service.spec.externalTrafficPolicy ?? 'Cluster',
      balancer: { ...found, kind },
      candidates,
      endpoints,
      // Found anew each time: kept, thousands of Services times thousands of nodes would be most of an audit's memory.
      get transit() {
        return transitOf(candidates, endpoints, kind);
      },
      workloads: workloadsOf(service),
    };
  };
  return {
    snapshot,
    nodes,
    datapath: datapathOf(lists),
    isAks: lists.nodes.some(
      ({ metadata, spec }) =>
        (spec.providerID ?? '').startsWith('azure://') &&
        Object.keys(metadata.labels).some((label) => label.startsWith('kubernetes.azure.com/')),
    ),
    services: lists.services
      .filter(({ spec: { type } }) => type === 'LoadBalancer' || type === 'NodePort')
      .filter((service) => isWanted(service, options.service))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      .map(view),
  };
}

/** A Service without any ready endpoint makes no node a transit node: there is nothing to pass on to. */
function transitOf(
  candidates: Candidates | null,
  endpoints: EndpointCounts | null,
  { sendsTo }: BalancerKind,
): readonly NodeFacts[] | null {
  if (candidates === null || endpoints === null || sendsTo === 'pods') return null;
  if (endpoints.byNode.size === 0) return [];
  return candidates.nodes.filter(({ name }) => !endpoints.byNode.has(name));
}

function isWanted(service: Service, wanted: string | null): boolean {
  return wanted === null || keyOf(service) === wanted || service.metadata.name === wanted;
}

/** k3s: `svclb-NAME-…` in kube-system, with the Service's namespace as a label. */
function serviceLbNames({ workloads }: Lists): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { kind, metadata } of workloads) {
    if (kind !== 'DaemonSet' || !metadata.name.startsWith('svclb-')) continue;
    const name = metadata.labels['svccontroller.k3s.cattle.io/svcname'];
    const namespace = metadata.labels['svccontroller.k3s.cattle.io/svcnamespace'];
    if (name !== undefined) names.add(`${namespace ?? 'default'}/${name}`);
  }
  return names;
}
