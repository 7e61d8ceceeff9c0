import { isObject } from './json.ts';
import type { Resource } from './kinds.ts';
import { badRequest } from './status.ts';

/*
 * fieldValidation (apimachinery pkg/apis/meta/v1 types.go): Strict, which `kubectl apply` asks for, refuses a field that does
 * not exist; Warn, the server's default and so that of `kubectl patch`, drops it with a warning; Ignore drops it. Known are
 * the fields at the top of every object, and those of the specs of Services, Nodes, Pods and their controllers. Deeper ones
 * are taken as they are.
 */

const everywhere = ['apiVersion', 'kind', 'metadata'];
const specified = ['spec', 'status'];

const top: Readonly<Record<Resource, readonly string[]>> = {
  pods: specified,
  nodes: specified,
  services: specified,
  namespaces: specified,
  configmaps: ['data', 'binaryData', 'immutable'],
  secrets: ['data', 'stringData', 'type', 'immutable'],
  serviceaccounts: ['secrets', 'imagePullSecrets', 'automountServiceAccountToken'],
  events: [
    ...['involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'type'],
    ...['eventTime', 'series', 'action', 'related', 'reportingComponent', 'reportingInstance'],
  ],
  deployments: specified,
  daemonsets: specified,
  endpointslices: ['addressType', 'endpoints', 'ports'],
  leases: ['spec'],
  poddisruptionbudgets: specified,
};

/** k8s.io/api core/v1 types.go, ServiceSpec of Kubernetes 1.37. */
const serviceSpec = [
  ...['ports', 'selector', 'clusterIP', 'clusterIPs', 'type', 'externalIPs', 'sessionAffinity'],
  ...['loadBalancerIP', 'loadBalancerSourceRanges', 'externalName', 'externalTrafficPolicy'],
  ...['healthCheckNodePort', 'publishNotReadyAddresses', 'sessionAffinityConfig', 'ipFamilies'],
  ...['ipFamilyPolicy', 'allocateLoadBalancerNodePorts', 'loadBalancerClass', 'internalTrafficPolicy'],
  'trafficDistribution',
];

/** The same file, PodSpec; apps/v1 types.go, DeploymentSpec and DaemonSetSpec; core/v1 NodeSpec. */
const podSpec = [
  ...['volumes', 'initContainers', 'containers', 'ephemeralContainers', 'restartPolicy', 'os', 'overhead'],
  ...['terminationGracePeriodSeconds', 'activeDeadlineSeconds', 'dnsPolicy', 'dnsConfig', 'nodeSelector'],
  ...['serviceAccountName', 'serviceAccount', 'automountServiceAccountToken', 'nodeName', 'hostNetwork'],
  ...['hostPID', 'hostIPC', 'hostUsers', 'shareProcessNamespace', 'securityContext', 'imagePullSecrets'],
  ...['hostname', 'subdomain', 'hostnameOverride', 'setHostnameAsFQDN', 'affinity', 'schedulerName'],
  ...['tolerations', 'hostAliases', 'priorityClassName', 'priority', 'preemptionPolicy', 'readinessGates'],
  ...['runtimeClassName', 'enableServiceLinks', 'topologySpreadConstraints', 'schedulingGates'],
  ...['resourceClaims', 'resources', 'schedulingGroup', 'workloadRef'],
];
const template = ['metadata', 'spec'];
const deploymentSpec = [
  ...['replicas', 'selector', 'template', 'strategy', 'minReadySeconds', 'revisionHistoryLimit', 'paused'],
  'progressDeadlineSeconds',
];
const daemonSetSpec = ['selector', 'template', 'updateStrategy', 'minReadySeconds', 'revisionHistoryLimit'];
const nodeSpec = [
  ...['podCIDR', 'podCIDRs', 'providerID', 'unschedulable', 'taints', 'configSource', 'externalID'],
];

type Known = readonly (readonly [path: readonly string[], fields: readonly string[]])[];
const templated = [
  [['spec', 'template'], template],
  [['spec', 'template', 'spec'], podSpec],
] as const;

const deeper: Readonly<Partial<Record<Resource, Known>>> = {
  services: [[['spec'], serviceSpec]],
  pods: [[['spec'], podSpec]],
  nodes: [[['spec'], nodeSpec]],
  deployments: [[['spec'], deploymentSpec], ...templated],
  daemonsets: [[['spec'], daemonSetSpec], ...templated],
};

/** Each object whose fields are known: its place, and the fields. */
export const knownOf = (resource: Resource): Known => [
  [[], [...everywhere, ...top[resource]]],
  ...(deeper[resource] ?? []),
];

/** Paths of fields that are not known, `spec.externalTraficPolicy`. Directives of a strategic merge patch are no fields. */
export function unknownFields(resource: Resource, body: unknown): string[] {
  return knownOf(resource).flatMap(([path, fields]) =>
    unknownKeys(objectAt(body, path), fields).map((key) => [...path, key].join('.')),
  );
}

/** Throws 400 in Kubernetes' words for a field that is not known. */
export function validateFields(resource: Resource, body: unknown): void {
  const unknown = unknownFields(resource, body);
  if (unknown.length === 0) return;
  const errors = unknown.map((field) => `unknown field ${JSON.stringify(field)}`).join(', ');
  throw badRequest(`strict decoding error: ${errors}`);
}

/** The body without the fields that are not known: decoding drops them unless it is strict. */
export function withoutUnknown(resource: Resource, body: unknown): unknown {
  if (unknownFields(resource, body).length === 0) return body;
  const copy: unknown = structuredClone(body);
  for (const [path, fields] of knownOf(resource)) {
    const object = objectAt(copy, path);
    if (isObject(object)) for (const key of unknownKeys(object, fields)) delete object[key];
  }
  return copy;
}

const objectAt = (body: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), body);

function unknownKeys(object: unknown, known: readonly string[]): string[] {
  if (!isObject(object)) return [];
  return Object.keys(object).filter((key) => !known.includes(key) && !key.startsWith('$'));
}
