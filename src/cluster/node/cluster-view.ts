import * as z from 'zod';
import { type WatchedObject, watchResource } from '../../kube/watch.ts';
import { type NodeApi, readAs } from './api.ts';
import type { PodPorts } from './ports.ts';
import type { EndpointView, ProxiedService } from './proxy/types.ts';

/** Services and their endpoints as this node sees them now. */
export interface ServiceWatch {
  services(): ProxiedService[];
  /** By `namespace/name` of the Service. */
  endpoints(): Map<string, EndpointView[]>;
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
    ports: z.array(z.object({ port: z.number(), nodePort: z.number().optional() })).default([]),
  }),
});

const names = z
  .array(z.object({ name: z.string() }))
  .nullish()
  .transform((list) => (list ?? []).map(({ name }) => name));

const sliceObject = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string(), labels: z.record(z.string(), z.string()) }),
  ports: z
    .array(z.object({ port: z.number().nullish() }))
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

/** Follows Services and EndpointSlices; `changed` is called after each change. */
export function watchServices(
  api: NodeApi,
  ports: PodPorts,
  changed: () => void,
  failed: (what: string, error: unknown) => void,
): ServiceWatch {
  const services = new Map<string, ProxiedService>();
  const slices = new Map<string, Slice>();
  const watch = (path: string, take: (object: WatchedObject, deleted: boolean) => void) =>
    watchResource({
      kubeConfig: api.access,
      path,
      onEvent(change, object) {
        take(object, change === 'deleted');
        changed();
      },
      onError: (error) => failed(`watch of ${path}`, error),
    });
  const watches: { stop(): void }[] = [];

  return {
    services: () => [...services.values()],
    endpoints() {
      const found = new Map<string, EndpointView[]>();
      for (const slice of slices.values()) {
        const key = `${slice.metadata.namespace}/${slice.metadata.labels['kubernetes.io/service-name'] ?? ''}`;
        found.set(key, [...(found.get(key) ?? []), ...endpointsOf(slice, ports)]);
      }
      return found;
    },
    async start() {
      const started = [
        watch('/api/v1/services', (object, deleted) => {
          const service = readAs(serviceObject, object);
          if (service === undefined) return;
          const key = `${service.metadata.namespace}/${service.metadata.name}`;
          if (deleted) services.delete(key);
          else services.set(key, viewOf(service));
        }),
        watch('/apis/discovery.k8s.io/v1/endpointslices', (object, deleted) => {
          const slice = readAs(sliceObject, object);
          if (slice === undefined) return;
          const key = `${slice.metadata.namespace}/${slice.metadata.name}`;
          if (deleted) slices.delete(key);
          else slices.set(key, slice);
        }),
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
    nodePorts: spec.ports.flatMap(({ port, nodePort }) =>
      nodePort === undefined ? [] : [{ port, nodePort }],
    ),
  };
}

/** One view for each endpoint and port; a Service of ours has one port. Absent conditions are as the API's defaults. */
function endpointsOf(slice: Slice, ports: PodPorts): EndpointView[] {
  return slice.endpoints.flatMap(({ addresses: [address], nodeName, conditions, hints }) =>
    slice.ports.flatMap(({ port }) =>
      address === undefined || port == null
        ? []
        : [
            {
              address: ports.host(address),
              port: ports.port(address, port),
              node: nodeName ?? null,
              ready: conditions?.ready ?? true,
              serving: conditions?.serving ?? conditions?.ready ?? true,
              terminating: conditions?.terminating ?? false,
              ...(hints ? { hints: { nodes: hints.forNodes, zones: hints.forZones } } : {}),
            },
          ],
    ),
  );
}
