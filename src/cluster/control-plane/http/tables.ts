import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { isObject } from '../api/json.ts';
import type { Node, Pod, Service } from '../api/kinds.ts';
import { schemaOf } from '../api/kinds.ts';
import { age, type Column, noneShown, pairs, text } from './columns.ts';
import { daemonSetColumns, deploymentColumns, eventColumns } from './workload-columns.ts';

/*
 * Server-side tables (meta.k8s.io/v1 Table): `kubectl get` shows the columns that the server sends. Columns and words are
 * those of Kubernetes' pkg/printers/internalversion/printers.go for nodes, services, pods, deployments, daemonsets and
 * events; other kinds go out as they are, and kubectl shows their name and age.
 */

const conditionOf = (
  status: { conditions?: { type: string; status: string }[] | undefined } | undefined,
  type: string,
) => status?.conditions?.find((one) => one.type === type)?.status;

const rolePrefix = 'node-role.kubernetes.io/';

function addressOf({ status }: Node, type: string): string {
  const addresses = z
    .array(z.looseObject({ type: z.string(), address: z.string() }))
    .catch([])
    .parse(status?.addresses);
  return addresses.find((one) => one.type === type)?.address ?? noneShown;
}

const infoOf = ({ status }: Node, key: string): string => {
  const info = status?.nodeInfo;
  return (isObject(info) ? text.parse(info[key]) : '') || noneShown;
};

const nodeColumns: readonly Column<Node>[] = [
  { name: 'Name', of: ({ metadata }) => metadata.name },
  {
    name: 'Status',
    of: ({ spec, status }) => {
      const ready = conditionOf(status, 'Ready');
      const word = ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady';
      return spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
    },
  },
  {
    name: 'Roles',
    of: ({ metadata }) =>
      Object.keys(metadata.labels ?? {})
        .filter((key) => key.startsWith(rolePrefix))
        .map((key) => key.slice(rolePrefix.length))
        .sort()
        .join(',') || noneShown,
  },
  { name: 'Age', of: ({ metadata }, now) => age(metadata.creationTimestamp, now) },
  { name: 'Version', of: (node) => infoOf(node, 'kubeletVersion') },
  { name: 'Internal-IP', wide: true, of: (node) => addressOf(node, 'InternalIP') },
  { name: 'External-IP', wide: true, of: (node) => addressOf(node, 'ExternalIP') },
  { name: 'OS-Image', wide: true, of: (node) => infoOf(node, 'osImage') },
  { name: 'Kernel-Version', wide: true, of: (node) => infoOf(node, 'kernelVersion') },
  { name: 'Container-Runtime', wide: true, of: (node) => infoOf(node, 'containerRuntimeVersion') },
];

const ingressPoint = z.looseObject({ ip: z.string().optional(), hostname: z.string().optional() });
const balancerStatus = z.looseObject({
  loadBalancer: z.looseObject({ ingress: z.array(ingressPoint).optional() }).optional(),
});

function externalIps({ spec, status }: Service): string {
  const own = spec.externalIPs ?? [];
  if (spec.type === 'ExternalName') return spec.externalName ?? noneShown;
  if (spec.type !== 'LoadBalancer') return own.join(',') || noneShown;
  const points = balancerStatus.catch({}).parse(status ?? {}).loadBalancer?.ingress ?? [];
  const given = [...points.map(({ ip, hostname }) => ip ?? hostname ?? ''), ...own].filter(
    (one) => one !== '',
  );
  return given.join(',') || '<pending>';
}

const serviceColumns: readonly Column<Service>[] = [
  { name: 'Name', of: ({ metadata }) => metadata.name },
  { name: 'Type', of: ({ spec }) => spec.type ?? 'ClusterIP' },
  { name: 'Cluster-IP', of: ({ spec }) => spec.clusterIP ?? noneShown },
  { name: 'External-IP', of: externalIps },
  {
    name: 'Port(s)',
    of: ({ spec }) =>
      (spec.ports ?? [])
        .map(({ port, nodePort, protocol = 'TCP' }) =>
          nodePort === undefined ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`,
        )
        .join(',') || noneShown,
  },
  { name: 'Age', of: ({ metadata }, now) => age(metadata.creationTimestamp, now) },
  {
    name: 'Selector',
    wide: true,
    of: ({ spec }) => pairs(spec.selector),
  },
];

const containerStatuses = z
  .array(z.looseObject({ ready: z.boolean().optional(), restartCount: z.number().optional() }))
  .catch([]);

const containersOf = ({ status }: Pod) => containerStatuses.parse(status?.containerStatuses);

const podColumns: readonly Column<Pod>[] = [
  { name: 'Name', of: ({ metadata }) => metadata.name },
  {
    name: 'Ready',
    of: (pod) => {
      const known = containersOf(pod);
      const total = pod.spec.containers.length;
      // A kubelet that reports no containers one by one vouches for the pod as a whole.
      const all = conditionOf(pod.status, 'Ready') === 'True' ? total : 0;
      const ready = known.length === 0 ? all : known.filter((one) => one.ready === true).length;
      return `${ready}/${total}`;
    },
  },
  {
    name: 'Status',
    of: ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined
        ? ((text.parse(status?.reason) || status?.phase) ?? 'Unknown')
        : status?.reason === 'NodeLost'
          ? 'Unknown'
          : 'Terminating',
  },
  {
    name: 'Restarts',
    of: (pod) => String(containersOf(pod).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0)),
  },
  { name: 'Age', of: ({ metadata }, now) => age(metadata.creationTimestamp, now) },
  { name: 'IP', wide: true, of: ({ status }) => status?.podIP ?? noneShown },
  { name: 'Node', wide: true, of: ({ spec }) => spec.nodeName ?? noneShown },
  {
    name: 'Nominated Node',
    wide: true,
    of: ({ status }) => text.parse(status?.nominatedNodeName) || noneShown,
  },
  {
    name: 'Readiness Gates',
    wide: true,
    of: ({ spec }) => (Array.isArray(spec.readinessGates) ? String(spec.readinessGates.length) : noneShown),
  },
];

/** A client that takes tables: `application/json;as=Table;v=v1;g=meta.k8s.io`, the first of its choices or not at all. */
export function wantsTable({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  const [first = ''] = (headers.accept ?? '').split(',');
  const parts = first.split(';').map((part) => part.trim());
  return (
    method === 'GET' &&
    parts.includes('as=Table') &&
    parts.includes('v=v1') &&
    parts.includes('g=meta.k8s.io')
  );
}

/** The answer to a list or get as a Table; undefined: this kind has no columns here. Pure; `now` for ages. */
export function tableOf(resource: string, body: unknown, now: Date): unknown {
  switch (resource) {
    case 'nodes':
      return made(nodeColumns, schemaOf.nodes, body, now);
    case 'services':
      return made(serviceColumns, schemaOf.services, body, now);
    case 'pods':
      return made(podColumns, schemaOf.pods, body, now);
    case 'deployments':
      return made(deploymentColumns, schemaOf.deployments, body, now);
    case 'daemonsets':
      return made(daemonSetColumns, schemaOf.daemonsets, body, now);
    case 'events':
      return made(eventColumns, schemaOf.events, body, now);
    default:
      return undefined;
  }
}

function made<T>(columns: readonly Column<T>[], schema: z.ZodType<T>, body: unknown, now: Date): unknown {
  if (!isObject(body)) return undefined;
  const items = Array.isArray(body.items) ? body.items : [body];
  const rows = items.map((item) => {
    const object = schema.parse(item);
    return {
      cells: columns.map(({ of }) => of(object, now)),
      // kubectl wants what it sorts and groups by, and no more (includeObject=Metadata).
      object: {
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: isObject(item) ? item.metadata : {},
      },
    };
  });
  const { metadata } = body;
  const version = isObject(metadata) ? metadata.resourceVersion : undefined;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: version },
    columnDefinitions: columns.map(({ name, wide }) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: name,
      priority: wide === true ? 1 : 0,
    })),
    rows,
  };
}
