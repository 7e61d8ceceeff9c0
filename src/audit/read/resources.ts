import type { Kind } from '../snapshot.ts';

/** A list of the API that an audit reads. */
export interface ReadResource {
  readonly apiGroup: string;
  readonly version: string;
  readonly resource: string;
  /** The kind as manifests name it. */
  readonly objectKind: string;
  readonly into: Kind;
  readonly namespaced: boolean;
  /** Without it an audit cannot vouch for anything. */
  readonly essential: boolean;
  readonly neededFor: string;
  /** Read only these, by name and with `get`: the audit wants no other ConfigMap. */
  readonly only?: readonly { readonly namespace: string; readonly name: string }[];
}

const core = { apiGroup: '', version: 'v1' } as const;
const apps = {
  apiGroup: 'apps',
  version: 'v1',
  namespaced: true,
  essential: false,
  into: 'workloads',
} as const;

/** Everything that an audit asks a cluster for; deploy/rbac.yaml grants exactly this (a test compares them). */
export const readResources: readonly ReadResource[] = [
  {
    ...core,
    resource: 'services',
    objectKind: 'Service',
    into: 'services',
    namespaced: true,
    essential: true,
    neededFor: 'everything',
  },
  {
    ...core,
    resource: 'nodes',
    objectKind: 'Node',
    into: 'nodes',
    namespaced: false,
    essential: true,
    neededFor: 'which nodes take connections, and which of them are preemptible',
  },
  {
    apiGroup: 'discovery.k8s.io',
    version: 'v1',
    resource: 'endpointslices',
    objectKind: 'EndpointSlice',
    into: 'endpointSlices',
    namespaced: true,
    essential: true,
    neededFor: 'which nodes only pass connections on',
  },
  {
    ...apps,
    resource: 'deployments',
    objectKind: 'Deployment',
    neededFor: 'grace periods, preStop hooks and the autoscaler',
  },
  {
    ...apps,
    resource: 'daemonsets',
    objectKind: 'DaemonSet',
    neededFor: 'grace periods, preStop hooks and the data path',
  },
  {
    ...apps,
    resource: 'statefulsets',
    objectKind: 'StatefulSet',
    neededFor: 'grace periods and preStop hooks',
  },
  {
    apiGroup: 'networking.k8s.io',
    version: 'v1',
    resource: 'ingresses',
    objectKind: 'Ingress',
    into: 'ingresses',
    namespaced: true,
    essential: false,
    neededFor: 'allow lists of client addresses, and balancers that an Ingress makes',
  },
  {
    apiGroup: 'networking.k8s.io',
    version: 'v1',
    resource: 'ingressclasses',
    objectKind: 'IngressClass',
    into: 'ingressClasses',
    namespaced: false,
    essential: false,
    neededFor: 'which controller makes the balancer of an Ingress',
  },
  {
    apiGroup: 'traefik.io',
    version: 'v1alpha1',
    resource: 'middlewares',
    objectKind: 'Middleware',
    into: 'middlewares',
    namespaced: true,
    essential: false,
    neededFor: 'allow lists of client addresses',
  },
  {
    apiGroup: 'elbv2.k8s.aws',
    version: 'v1beta1',
    resource: 'targetgroupbindings',
    objectKind: 'TargetGroupBinding',
    into: 'targetGroupBindings',
    namespaced: true,
    essential: false,
    neededFor: 'whether an AWS balancer sends to pods or to nodes',
  },
  {
    apiGroup: 'metallb.io',
    version: 'v1beta1',
    resource: 'servicel2statuses',
    objectKind: 'ServiceL2Status',
    into: 'serviceL2Statuses',
    namespaced: true,
    essential: false,
    neededFor: 'which node announces a MetalLB address',
  },
  {
    ...core,
    resource: 'configmaps',
    objectKind: 'ConfigMap',
    into: 'configMaps',
    namespaced: true,
    essential: false,
    neededFor: "kube-proxy's mode, and whether Cilium replaces it",
    only: [
      { namespace: 'kube-system', name: 'kube-proxy' },
      { namespace: 'kube-system', name: 'cilium-config' },
    ],
  },
];
