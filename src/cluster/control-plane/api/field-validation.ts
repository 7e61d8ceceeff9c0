import { isObject } from './json.ts';
import type { Resource } from './kinds.ts';
import { badRequest } from './status.ts';

/*
 * fieldValidation=Strict, which kubectl asks for: a field that does not exist is refused. Known are the fields of every
 * object at its top, and those of a Service's spec, where a misspelt externalTrafficPolicy would change nothing unseen.
 * Deeper ones are taken as they are.
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

/** Throws 400 in Kubernetes' words for a field that is not known. Directives of a strategic merge patch are no fields. */
export function validateFields(resource: Resource, body: unknown): void {
  if (!isObject(body)) return;
  const unknown = [
    ...strangers(body, [...everywhere, ...top[resource]], ''),
    ...(resource === 'services' ? strangers(body.spec, serviceSpec, 'spec.') : []),
  ];
  if (unknown.length === 0) return;
  const errors = unknown.map((field) => `unknown field ${JSON.stringify(field)}`).join(', ');
  throw badRequest(`strict decoding error: ${errors}`);
}

function strangers(object: unknown, known: readonly string[], at: string): string[] {
  if (!isObject(object)) return [];
  return Object.keys(object)
    .filter((key) => !known.includes(key) && !key.startsWith('$'))
    .map((key) => `${at}${key}`);
}
