import { type Resource, resourceNames } from './kinds.ts';

/** One resource of the API: what discovery lists and how writes to it behave. */
export interface ResourceInfo {
  readonly resource: Resource;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Whether metadata.generation counts changes of the spec. */
  readonly generation: boolean;
  /** Whether PUT makes an object that is not there (AllowCreateOnUpdate of its strategy). */
  readonly createOnUpdate: boolean;
}

export type Subresource = 'status' | 'scale' | 'eviction' | (typeof notModelled)[number];

/** What kubectl asks of a pod's containers, which here are processes of the node: each is refused with the reason. */
export const notModelled = ['log', 'exec', 'attach', 'portforward'] as const;

const plain = {
  group: '',
  version: 'v1',
  namespaced: true,
  shortNames: [],
  subresources: [],
  generation: false,
  createOnUpdate: false,
} as const;

export const resources: { readonly [R in Resource]: ResourceInfo & { readonly resource: R } } = {
  pods: {
    ...plain,
    resource: 'pods',
    kind: 'Pod',
    shortNames: ['po'],
    subresources: ['status', 'eviction', ...notModelled],
    generation: true,
  },
  nodes: {
    ...plain,
    resource: 'nodes',
    kind: 'Node',
    namespaced: false,
    shortNames: ['no'],
    subresources: ['status'],
  },
  services: {
    ...plain,
    resource: 'services',
    kind: 'Service',
    shortNames: ['svc'],
    subresources: ['status'],
    createOnUpdate: true,
  },
  namespaces: {
    ...plain,
    resource: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
    shortNames: ['ns'],
    subresources: ['status'],
  },
  configmaps: { ...plain, resource: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] },
  secrets: { ...plain, resource: 'secrets', kind: 'Secret' },
  serviceaccounts: { ...plain, resource: 'serviceaccounts', kind: 'ServiceAccount', shortNames: ['sa'] },
  events: { ...plain, resource: 'events', kind: 'Event', shortNames: ['ev'], createOnUpdate: true },
  deployments: {
    ...plain,
    resource: 'deployments',
    kind: 'Deployment',
    group: 'apps',
    shortNames: ['deploy'],
    subresources: ['status', 'scale'],
    generation: true,
  },
  daemonsets: {
    ...plain,
    resource: 'daemonsets',
    kind: 'DaemonSet',
    group: 'apps',
    shortNames: ['ds'],
    subresources: ['status'],
    generation: true,
  },
  endpointslices: {
    ...plain,
    resource: 'endpointslices',
    kind: 'EndpointSlice',
    group: 'discovery.k8s.io',
    generation: true,
  },
  leases: {
    ...plain,
    resource: 'leases',
    kind: 'Lease',
    group: 'coordination.k8s.io',
    createOnUpdate: true,
  },
  poddisruptionbudgets: {
    ...plain,
    resource: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    group: 'policy',
    shortNames: ['pdb'],
    subresources: ['status'],
    generation: true,
  },
};

export const allResources: readonly ResourceInfo[] = resourceNames.map((name) => resources[name]);

/** `v1`, `apps/v1`. */
export function apiVersionOf(info: ResourceInfo): string {
  return info.group === '' ? info.version : `${info.group}/${info.version}`;
}

export function findResource(group: string, version: string, name: string): ResourceInfo | undefined {
  return allResources.find(
    (info) => info.resource === name && info.group === group && info.version === version,
  );
}
