import {
  CoreV1Api,
  DiscoveryV1Api,
  type KubeConfig,
  type V1Node,
  type V1Service,
} from '@kubernetes/client-node';
import type { NodeName } from '../base/units.ts';
import { internalAddressOf } from '../kube/addresses.ts';
import { bounded } from '../kube/bounded.ts';
import { serviceNameLabel } from '../kube/endpoints.ts';
import { canonicalAddress } from './address.ts';
import type { TransitNode, TransitService } from './count.ts';

/** A node, and how to read its table. */
export interface ReachedNode extends TransitNode {
  /** InternalIP; null: it has none. */
  readonly address: string | null;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly providerID: string | null;
}

export interface TransitView {
  readonly nodes: readonly ReachedNode[];
  /** The Services of type LoadBalancer or NodePort that were asked for. */
  readonly services: readonly TransitService[];
}

interface TransitQuestion {
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** `namespace/name`; undefined: all. */
  readonly service: string | undefined;
}

/** Reads nodes, Services and EndpointSlices: list alone. Throws ApiError (`api-failed`). */
export async function readTransitView(
  kubeConfig: KubeConfig,
  { namespace, service }: TransitQuestion,
): Promise<TransitView> {
  const server = `the API server of ${kubeConfig.currentContext}`;
  const core = bounded(kubeConfig.makeApiClient(CoreV1Api), server);
  const discovery = bounded(kubeConfig.makeApiClient(DiscoveryV1Api), server);
  const [nodes, services, slices] = await Promise.all([
    core.listNode(),
    namespace === undefined ? core.listServiceForAllNamespaces() : core.listNamespacedService({ namespace }),
    namespace === undefined
      ? discovery.listEndpointSliceForAllNamespaces()
      : discovery.listNamespacedEndpointSlice({ namespace }),
  ]);
  const endpoints = new Map<string, Map<string, NodeName | null>>();
  for (const slice of slices.items) {
    const key = `${slice.metadata?.namespace ?? ''}/${slice.metadata?.labels?.[serviceNameLabel] ?? ''}`;
    const of = endpoints.get(key) ?? new Map<string, NodeName | null>();
    endpoints.set(key, of);
    for (const { addresses, nodeName } of slice.endpoints)
      for (const address of addresses) {
        const plain = canonicalAddress(address);
        if (plain !== null) of.set(plain, nodeName ?? null);
      }
  }
  return {
    nodes: nodes.items.map(nodeOf),
    services: services.items
      .filter(({ spec }) => spec?.type === 'LoadBalancer' || spec?.type === 'NodePort')
      .map((one) => serviceOf(one, endpoints))
      .filter(({ key }) => service === undefined || key === service),
  };
}

const nodeOf = ({ metadata, spec, status }: V1Node): ReachedNode => ({
  name: metadata?.name ?? '',
  podNetworks: spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]),
  address: internalAddressOf({ status }) ?? null,
  annotations: metadata?.annotations ?? {},
  labels: metadata?.labels ?? {},
  providerID: spec?.providerID ?? null,
});

function serviceOf(
  { metadata, spec, status }: V1Service,
  endpoints: ReadonlyMap<string, ReadonlyMap<string, NodeName | null>>,
): TransitService {
  const key = `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
  const addresses = [
    ...(status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip ?? ''),
    ...(spec?.externalIPs ?? []),
  ].map(canonicalAddress);
  return {
    key,
    ports: (spec?.ports ?? []).map(({ protocol, port, nodePort }) => ({
      protocol: (protocol ?? 'TCP').toLowerCase(),
      port,
      nodePort: nodePort ?? null,
    })),
    addresses: new Set(addresses.filter((address) => address !== null)),
    endpoints: endpoints.get(key) ?? new Map(),
  };
}

/** The destination ports by which connections of these Services come in. */
export const portsOf = (services: readonly TransitService[]): number[] =>
  [
    ...new Set(
      services.flatMap(({ ports, addresses }) =>
        ports.flatMap(({ port, nodePort }) => [
          ...(nodePort === null ? [] : [nodePort]),
          ...(addresses.size === 0 ? [] : [port]),
        ]),
      ),
    ),
  ].sort((one, other) => one - other);
