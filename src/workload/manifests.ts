import type {
  V1Container,
  V1ContainerPort,
  V1DaemonSet,
  V1Deployment,
  V1Namespace,
  V1PodTemplateSpec,
  V1Service,
  V1Volume,
} from '@kubernetes/client-node';
import { ingressPort, securePort } from '../kube/names.ts';
import type { Plan, PlannedPlacement } from '../plan/schema.ts';
import { podEnv } from './protocol.ts';

/*
 * The workload as Kubernetes objects, for every provider: only images, commands and the ingress' own objects differ.
 */

export const namespace = 'midflight';
export const hostname = 'app.midflight.test';
export const names = { ingress: 'midflight-ingress', app: 'midflight-app' } as const;
export const ports = {
  ingress: ingressPort,
  secure: securePort,
  ping: 8082,
  app: 8080,
  appH2: 8081,
} as const;
/** The label without which midflight never deletes an object. */
export const ownership = { 'app.kubernetes.io/managed-by': 'midflight' } as const;

const nameLabel = 'app.kubernetes.io/name';

const selectorOf = (name: string): Record<string, string> => ({ [nameLabel]: name });
export const labelSelectorOf = (name: string): string => `${nameLabel}=${name}`;

export function namespaceObject(): V1Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { ...ownership } } };
}

/** The ingress' ports for requests: with hostPort, the node's port of the same number leads to each. */
export const webPorts = ({ hostPort, tls }: Plan['ingress']): V1ContainerPort[] =>
  [{ name: 'web', containerPort: ports.ingress }, ...(tls ? [secure] : [])].map((port) => ({
    ...port,
    ...(hostPort ? { hostPort: port.containerPort } : {}),
  }));

const secure = { name: 'websecure', containerPort: ports.secure };

/** What a pod runs. */
export interface PodShape {
  readonly name: string;
  readonly container: V1Container;
  readonly volumes?: V1Volume[];
  readonly serviceAccountName?: string;
  readonly annotations?: Record<string, string>;
  readonly hostNetwork?: boolean;
}

/** A Deployment or a DaemonSet. */
type PodController =
  | { readonly kind: 'Deployment'; readonly body: V1Deployment }
  | { readonly kind: 'DaemonSet'; readonly body: V1DaemonSet };

/** The workload placed as in the plan; replicas are spread over the nodes that may run them. */
export function controllerOf(placement: PlannedPlacement, shape: PodShape): PodController {
  const { kind, replicas } = placement;
  const labels = { ...ownership, ...selectorOf(shape.name) };
  const metadata = { name: shape.name, namespace, labels };
  const template = templateOf(placement, shape, labels);
  const selector = { matchLabels: selectorOf(shape.name) };
  const apiVersion = 'apps/v1';
  const minReady =
    placement.minReadyMs === undefined ? {} : { minReadySeconds: Math.ceil(placement.minReadyMs / 1000) };
  const updates = <K extends string>(key: K) =>
    placement.strategy === undefined
      ? {}
      : { [key]: { type: 'RollingUpdate', rollingUpdate: defined(placement.strategy) } };
  if (kind === 'DaemonSet')
    return {
      kind,
      body: {
        apiVersion,
        kind,
        metadata,
        spec: { selector, template, ...minReady, ...updates('updateStrategy') },
      },
    };
  const spec = { replicas, selector, template, ...minReady, ...updates('strategy') };
  return { kind, body: { apiVersion, kind, metadata, spec } };
}

const defined = ({ maxSurge, maxUnavailable }: NonNullable<PlannedPlacement['strategy']>) => ({
  ...(maxSurge === undefined ? {} : { maxSurge }),
  ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
});

function templateOf(
  placement: PlannedPlacement,
  shape: PodShape,
  labels: Record<string, string>,
): V1PodTemplateSpec {
  const env = [
    { name: podEnv.node, valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: podEnv.pod, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ...(shape.container.env ?? []),
  ];
  return {
    metadata: { labels, ...(shape.annotations === undefined ? {} : { annotations: shape.annotations }) },
    spec: {
      nodeSelector: placement.nodeSelector,
      tolerations: placement.tolerations.map(({ key, operator, value, effect }) => ({
        operator,
        ...(key === undefined ? {} : { key }),
        ...(value === undefined ? {} : { value }),
        ...(effect === undefined ? {} : { effect }),
      })),
      terminationGracePeriodSeconds: Math.ceil(placement.terminationGraceMs / 1000),
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: selectorOf(shape.name) },
        },
      ],
      ...(shape.hostNetwork ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
      containers: [{ ...shape.container, env, ...hookOf(placement) }],
      ...(shape.volumes === undefined ? {} : { volumes: shape.volumes }),
      ...(shape.serviceAccountName === undefined ? {} : { serviceAccountName: shape.serviceAccountName }),
    },
  };
}

/**
 * The kubelet's own sleep: it needs no shell in the image (KEP-3960, PodLifecycleSleepAction, on by default since
 * Kubernetes 1.30). Whole seconds only.
 */
function hookOf({ preStopMs }: PlannedPlacement): Pick<V1Container, 'lifecycle'> {
  if (preStopMs === 0) return {};
  return { lifecycle: { preStop: { sleep: { seconds: Math.ceil(preStopMs / 1000) } } } };
}

/** The app's Service: inside the cluster only. */
export function appService(): V1Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: names.app, namespace, labels: { ...ownership } },
    spec: {
      selector: selectorOf(names.app),
      ports: [{ name: 'http', port: 80, targetPort: ports.app, protocol: 'TCP' }],
    },
  };
}

/**
 * The ingress' Service, whose externalTrafficPolicy everything is about. Its first port is the one that is loaded. `clients`:
 * the ranges that `client` stands for, as the load balancer sees the load.
 */
export function ingressService(
  policy: 'Cluster' | 'Local',
  { affinitySeconds, trafficDistribution, internalTrafficPolicy, sourceRanges }: Plan['service'],
  clients: readonly string[],
  { tls }: Pick<Plan['ingress'], 'tls'>,
): V1Service {
  const ranges = sourceRanges.flatMap((range) => (range === 'client' ? clients : [range]));
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: names.ingress, namespace, labels: { ...ownership } },
    spec: {
      type: 'LoadBalancer',
      externalTrafficPolicy: policy,
      internalTrafficPolicy,
      selector: selectorOf(names.ingress),
      ...(affinitySeconds === null
        ? {}
        : {
            sessionAffinity: 'ClientIP',
            sessionAffinityConfig: { clientIP: { timeoutSeconds: affinitySeconds } },
          }),
      ...(trafficDistribution === null ? {} : { trafficDistribution }),
      ...(ranges.length === 0 ? {} : { loadBalancerSourceRanges: ranges }),
      ports: [
        ...(tls ? [{ name: 'websecure', port: 443, targetPort: ports.secure, protocol: 'TCP' }] : []),
        { name: 'web', port: 80, targetPort: ports.ingress, protocol: 'TCP' },
      ],
    },
  };
}
