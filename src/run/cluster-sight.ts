import type {
  AppsV1Api,
  CoreV1Api,
  V1Node,
  V1Pod,
  V1PodTemplateSpec,
  V1Service,
} from '@kubernetes/client-node';
import type { NodeName } from '../base/units.ts';
import type { TrafficPolicy } from '../catalogue/policies.ts';
import { excludedFor } from '../kube/exclusion.ts';
import { labelSelectorText } from '../kube/labels.ts';
import { extraIngressLabel } from '../kube/names.ts';
import { isLive, isOver, isReadyPod } from '../kube/pods.ts';
import type { NodeSight, SwitchoverContext } from '../policies/index.ts';

/** Which pods are the ingress. */
export interface PodGroup {
  readonly namespace: string;
  readonly labelSelector: string;
}

/** The nodes but for `never`, each with what a change of policy goes by. */
export async function nodesSeen(
  core: CoreV1Api,
  { namespace, labelSelector }: PodGroup,
  never: ReadonlySet<NodeName> = new Set(),
): Promise<NodeSight[]> {
  const [{ items: nodes }, { items }] = await Promise.all([
    core.listNode(),
    core.listNamespacedPod({ namespace, labelSelector }),
  ]);
  const pods = items.filter((pod) => !isOver(pod));
  return nodes
    .map((node) =>
      sightOf(
        node,
        pods.filter(({ spec }) => spec?.nodeName === node.metadata?.name),
      ),
    )
    .filter(({ name }) => !never.has(name));
}

const sightOf = ({ metadata, spec }: V1Node, onIt: readonly V1Pod[]): NodeSight => ({
  name: metadata?.name ?? '',
  labels: metadata?.labels ?? {},
  excludedFor: excludedFor(metadata ?? {}),
  taints: (spec?.taints ?? []).map(({ key }) => key),
  unschedulable: spec?.unschedulable ?? false,
  runsIngress: onIt.length > 0,
  runsExtraIngressOnly:
    onIt.length > 0 && onIt.every((pod) => extraIngressLabel in (pod.metadata?.labels ?? {})),
});

/** The other Services of type LoadBalancer under Local, with the nodes of their ready pods. */
export async function othersOnLocal(
  core: CoreV1Api,
  own: { readonly namespace: string; readonly name: string },
): Promise<{ service: string; nodes: NodeName[] }[]> {
  const { items } = await core.listServiceForAllNamespaces();
  const others = items.filter(
    ({ metadata, spec }) =>
      spec?.type === 'LoadBalancer' &&
      spec.externalTrafficPolicy === 'Local' &&
      Object.keys(spec.selector ?? {}).length > 0 &&
      (metadata?.namespace !== own.namespace || metadata.name !== own.name),
  );
  return Promise.all(
    others.map(async ({ metadata, spec }) => {
      const namespace = metadata?.namespace ?? '';
      const labelSelector = labelSelectorText(spec?.selector ?? {});
      const { items: pods } = await core.listNamespacedPod({ namespace, labelSelector });
      const nodes = pods.filter(isReadyPod).flatMap((pod) => pod.spec?.nodeName ?? []);
      return { service: `${namespace}/${metadata?.name}`, nodes: [...new Set(nodes)] };
    }),
  );
}

/** The template that the controller of the ingress pods makes them from. */
export async function templateSeen(
  core: CoreV1Api,
  apps: AppsV1Api,
  { namespace, labelSelector }: PodGroup,
): Promise<V1PodTemplateSpec | null> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  const own = items.find((pod) => isLive(pod) && !(extraIngressLabel in (pod.metadata?.labels ?? {})));
  const owner = own?.metadata?.ownerReferences?.find(({ controller }) => controller);
  if (owner === undefined) return null;
  const { name } = owner;
  if (owner.kind === 'ReplicaSet')
    return (await apps.readNamespacedReplicaSet({ namespace, name })).spec?.template ?? null;
  // The embedded cluster's Deployments own their pods themselves.
  if (owner.kind === 'Deployment')
    return (await apps.readNamespacedDeployment({ namespace, name })).spec?.template ?? null;
  if (owner.kind === 'DaemonSet')
    return (await apps.readNamespacedDaemonSet({ namespace, name })).spec?.template ?? null;
  return null;
}

/** What a switchover asks of its Service. */
export function serviceSight(
  core: CoreV1Api,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Pick<SwitchoverContext, 'serviceLike' | 'ports'> {
  return {
    serviceLike: async (other, policy) =>
      copyOfService(await core.readNamespacedService({ namespace, name }), other, policy),
    async ports(of = name) {
      const { spec } = await core.readNamespacedService({ namespace, name: of });
      return {
        nodePort: spec?.ports?.[0]?.nodePort ?? null,
        healthCheckNodePort: spec?.healthCheckNodePort ?? null,
      };
    },
  };
}

/** A Service as another one, with a policy of its own and without what the API chose for it. */
function copyOfService({ metadata, spec }: V1Service, name: string, policy: TrafficPolicy): object {
  const { namespace, labels, annotations } = metadata ?? {};
  const ports = spec?.ports?.map(({ nodePort: _, ...port }) => port);
  return {
    metadata: { name, namespace, labels, annotations },
    spec: { type: spec?.type, selector: spec?.selector, ports, externalTrafficPolicy: policy },
  };
}
