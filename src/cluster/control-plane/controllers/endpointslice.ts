import { serviceNameLabel } from '../../../kube/endpoints.ts';
import { hasLabels } from '../../../kube/labels.ts';
import { isBeingDeleted, isOver } from '../../../kube/pods.ts';
import { hasReadyCondition } from '../../../kube/ready.ts';
import { deleteObject } from '../api/deletion.ts';
import { sameJson, stableJson } from '../api/json.ts';
import type { Objects, Pod, Service, ServicePort } from '../api/kinds.ts';
import { createObject, updateObject } from '../api/registry.ts';
import type { Context } from '../context.ts';
import type { Controller } from './controller.ts';
import { groupBy } from './pods.ts';

const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
const managedBy = 'endpointslice-controller.k8s.io';

/** EndpointSlices of Services with a selector: one for each set of resolved ports (staging k8s.io/endpointslice). */
export function endpointSliceController(context: Context): Controller {
  return {
    name: 'endpointslice',
    watches: ['services', 'pods', 'endpointslices', 'nodes'],
    sync() {
      for (const service of context.store.list('services')) {
        if (service.spec.selector !== undefined && service.spec.type !== 'ExternalName')
          syncService(context, service);
      }
      return undefined;
    },
  };
}

interface Wanted {
  readonly addressType: string;
  readonly ports: { name: string; port: number; protocol: string }[];
  readonly endpoints: { addresses: string[] }[];
}

function syncService(context: Context, service: Service): void {
  const { name, namespace, uid } = service.metadata;
  const wanted = wantedSlices(context, service);
  const existing = context.store.list('endpointslices', namespace).filter((slice) => {
    const labels = slice.metadata.labels;
    return labels?.[serviceNameLabel] === name && labels[managedByLabel] === managedBy;
  });
  const free = new Set(existing);
  for (const slice of wanted) {
    const reused =
      existing.find((one) => free.has(one) && fits(one, slice)) ??
      [...free].find((one) => one.addressType === slice.addressType);
    if (reused) {
      free.delete(reused);
      updateObject(context, 'endpointslices', namespace, reused.metadata.name, (current) => ({
        ...current,
        ...slice,
      }));
      continue;
    }
    createObject(context, 'endpointslices', namespace, {
      metadata: {
        generateName: `${name}-`,
        labels: { ...service.metadata.labels, [serviceNameLabel]: name, [managedByLabel]: managedBy },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true },
        ],
      },
      ...slice,
    });
  }
  for (const left of free) deleteObject(context, 'endpointslices', left);
}

function fits(slice: Objects['endpointslices'], wanted: Wanted): boolean {
  return slice.addressType === wanted.addressType && sameJson(slice.ports, wanted.ports);
}

function wantedSlices(context: Context, service: Service): Wanted[] {
  const addressType = service.spec.ipFamilies?.[0] ?? 'IPv4';
  const selector = service.spec.selector ?? {};
  const pods = context.store
    .list('pods', service.metadata.namespace)
    .filter(
      (pod) => hasLabels(selector, pod.metadata.labels) && !isOver(pod) && (pod.status?.podIP ?? '') !== '',
    )
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const groups = groupBy(pods, (pod) => stableJson(portsFor(service, pod)));
  // A Service without pods has one empty slice, so that its clients can distinguish that from one not yet synced.
  if (groups.size === 0) return [{ addressType, ports: [], endpoints: [] }];
  return [...groups.values()].map((group) => ({
    addressType,
    ports: group[0] ? portsFor(service, group[0]) : [],
    endpoints: group.map((pod) => endpointOf(context, service, pod)),
  }));
}

function portsFor(service: Service, pod: Pod): Wanted['ports'] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return []; // no container has that name
    const app = port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol };
    return [{ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP', ...app }];
  });
}

function targetPort(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const protocol = port.protocol ?? 'TCP';
  return pod.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find((one) => one.name === target && (one.protocol ?? 'TCP') === protocol)?.containerPort;
}

function endpointOf(context: Context, service: Service, pod: Pod) {
  const serving = hasReadyCondition(pod);
  const terminating = isBeingDeleted(pod);
  const nodeName = pod.spec.nodeName;
  const node = nodeName === undefined ? undefined : context.store.get('nodes', undefined, nodeName);
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  const { namespace, name, uid } = pod.metadata;
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: {
      ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone === undefined ? {} : { zone }),
    ...hintsOf(service, { ready: serving && !terminating, nodeName, zone }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/**
 * Who should prefer a ready endpoint (staging k8s.io/endpointslice/trafficdist): those of its zone; with PreferSameNode also
 * those on its node, which go first.
 */
function hintsOf(
  { spec: { trafficDistribution } }: Service,
  endpoint: {
    readonly ready: boolean;
    readonly nodeName: string | undefined;
    readonly zone: string | undefined;
  },
) {
  const { ready, nodeName, zone } = endpoint;
  if (trafficDistribution === undefined || !ready) return {};
  const forNodes =
    trafficDistribution === 'PreferSameNode' && nodeName !== undefined ? [{ name: nodeName }] : [];
  const hints = {
    ...(zone === undefined ? {} : { forZones: [{ name: zone }] }),
    ...(forNodes.length === 0 ? {} : { forNodes }),
  };
  return Object.keys(hints).length === 0 ? {} : { hints };
}
