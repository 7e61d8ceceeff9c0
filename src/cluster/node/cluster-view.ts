import * as z from 'zod';
import { isReadyEndpoint, isServingEndpoint, serviceNameLabel } from '../../kube/endpoints.ts';
import { autoscalerTaint } from '../../kube/names.ts';
import { type WatchedObject, watchResource } from '../../kube/watch.ts';
import { type NodeApi, readAs } from './api.ts';
import type { PodPorts } from './ports.ts';
import type { EndpointView, ProxiedService } from './proxy/types.ts';

/** Services and their endpoints as the nodes of this process see them now. */
export interface ServiceWatch {
  services(): ProxiedService[];
  /** By `namespace/name` of the Service. */
  endpoints(): Map<string, EndpointView[]>;
  /** This node is not about to go (pkg/proxy/healthcheck/proxy_health.go, SyncNode). */
  eligible(node: string): boolean;
  start(): Promise<void>;
  stop(): void;
}

const serviceObject = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string() }),
  spec: z.object({
    type: z.string().default('ClusterIP'),
    externalTrafficPolicy: z.enum(['Cluster', 'Local']).default('Cluster'),
    healthCheckNodePort: z.number().optional(),
    sessionAffinity: z.string().optional(),
    sessionAffinityConfig: z
      .object({ clientIP: z.object({ timeoutSeconds: z.number() }).optional() })
      .optional(),
    ports: z
      .array(z.object({ name: z.string().optional(), port: z.number(), nodePort: z.number().optional() }))
      .default([]),
  }),
});

const nodeObject = z.object({
  metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
  spec: z.object({ taints: z.array(z.object({ key: z.string() })).nullish() }).nullish(),
  status: z
    .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish() })
    .nullish(),
});

const names = z
  .array(z.object({ name: z.string() }))
  .nullish()
  .transform((list) => (list ?? []).map(({ name }) => name));

const sliceObject = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string(), labels: z.record(z.string(), z.string()) }),
  ports: z
    .array(z.object({ name: z.string().nullish(), port: z.number().nullish() }))
    .nullish()
    .transform((ports) => ports ?? []),
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        nodeName: z.string().nullish(),
        conditions: z
          .object({
            ready: z.boolean().nullish(),
            serving: z.boolean().nullish(),
            terminating: z.boolean().nullish(),
          })
          .optional(),
        hints: z.object({ forNodes: names, forZones: names }).nullish(),
      }),
    )
    .nullish()
    .transform((endpoints) => endpoints ?? []),
});
type Slice = z.infer<typeof sliceObject>;

/**
 * Follows Services, EndpointSlices and these nodes. `changed` is called after each change of the former two, `seen` with
 * the readiness that the API holds of a node.
 */
export function watchServices(
  nodes: readonly string[],
  api: NodeApi,
  ports: PodPorts,
  changed: () => void,
  failed: (what: string, error: unknown) => void,
  seen: (node: string, ready: string) => void = () => {},
): ServiceWatch {
  const services = new Map<string, ProxiedService>();
  const slices = new Map<string, Slice>();
  const own = new Set(nodes);
  const leaving = new Set<string>();
  let byService: Map<string, EndpointView[]> | null = null;
  const watch = (
    path: string,
    take: (object: WatchedObject, deleted: boolean) => boolean,
    query: Record<string, string> = {},
  ) =>
    watchResource({
      kubeConfig: api.access,
      path,
      query,
      onEvent(change, object) {
        if (take(object, change === 'deleted')) changed();
      },
      onError: (error) => failed(`watch of ${path}`, error),
    });
  const watches: { stop(): void }[] = [];

  return {
    services: () => [...services.values()],
    eligible: (node) => !leaving.has(node),
    endpoints() {
      if (byService !== null) return byService;
      const found = new Map<string, EndpointView[]>();
      for (const slice of slices.values()) {
        const key = `${slice.metadata.namespace}/${slice.metadata.labels[serviceNameLabel] ?? ''}`;
        found.set(key, [...(found.get(key) ?? []), ...endpointsOf(slice, ports)]);
      }
      byService = found;
      return found;
    },
    async start() {
      const started = [
        watch('/api/v1/services', (object, deleted) => {
          const service = readAs(serviceObject, object);
          if (service === undefined) return false;
          const key = `${service.metadata.namespace}/${service.metadata.name}`;
          if (deleted) services.delete(key);
          else services.set(key, viewOf(service));
          return true;
        }),
        watch('/apis/discovery.k8s.io/v1/endpointslices', (object, deleted) => {
          const slice = readAs(sliceObject, object);
          if (slice === undefined) return false;
          const key = `${slice.metadata.namespace}/${slice.metadata.name}`;
          if (deleted) slices.delete(key);
          else slices.set(key, slice);
          byService = null;
          return true;
        }),
        watch(
          '/api/v1/nodes',
          (object, deleted) => {
            const found = readAs(nodeObject, object);
            if (found === undefined || !own.has(found.metadata.name)) return false;
            const { metadata, spec, status } = found;
            const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
            if (ready !== undefined && !deleted) seen(metadata.name, ready);
            const tainted = spec?.taints?.some(({ key }) => key === autoscalerTaint) ?? false;
            if (deleted || metadata.deletionTimestamp !== undefined || tainted) leaving.add(metadata.name);
            else leaving.delete(metadata.name);
            return false; // its health check looks by itself, and each heartbeat comes through here
          },
          // One watch, of all nodes if need be: the API server compares each selector with each change.
          nodes.length === 1 ? { fieldSelector: `metadata.name=${nodes[0]}` } : {},
        ),
      ];
      watches.push(...started);
      await Promise.all(started.map(({ ready }) => ready));
    },
    stop() {
      for (const each of watches) each.stop();
    },
  };
}

function viewOf({ metadata, spec }: z.infer<typeof serviceObject>): ProxiedService {
  return {
    ...metadata,
    type: spec.type,
    externalTrafficPolicy: spec.externalTrafficPolicy,
    healthCheckNodePort: spec.healthCheckNodePort ?? null,
    ...(spec.sessionAffinity === 'ClientIP'
      ? { affinitySeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800 }
      : {}),
    nodePorts: spec.ports.flatMap(({ name, port, nodePort }) =>
      nodePort === undefined ? [] : [{ ...(name ? { name } : {}), port, nodePort }],
    ),
  };
}

/** One view for each endpoint and port. Absent conditions are as the API's defaults. */
function endpointsOf(slice: Slice, ports: PodPorts): EndpointView[] {
  return slice.endpoints.flatMap(({ addresses: [address], nodeName, conditions, hints }) =>
    slice.ports.flatMap(({ name, port }) =>
      address === undefined || port == null
        ? []
        : [
            {
              address: ports.host(address),
              port: ports.port(address, port),
              ...(name ? { portName: name } : {}),
              podAddress: address,
              node: nodeName ?? null,
              ready: isReadyEndpoint({ conditions }),
              serving: isServingEndpoint({ conditions }),
              terminating: conditions?.terminating ?? false,
              ...(hints ? { hints: { nodes: hints.forNodes, zones: hints.forZones } } : {}),
            },
          ],
    ),
  );
}
