import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import type { CoreV1Api, V1Node, V1Pod } from '@kubernetes/client-node';
import type { NodeName } from '../../base/units.ts';
import type { PodTarget } from '../../changes/kinds/pod.ts';
import { isOver, isReadyPod } from '../../kube/pods.ts';
import { hasReadyCondition } from '../../kube/ready.ts';
import type { PodGroup } from '../cluster-sight.ts';
import type { DrainedPod, LiveNode, OwnPlace } from './decide.ts';

/** Nodes as the API has them. */
export async function liveNodes(core: CoreV1Api): Promise<LiveNode[]> {
  return (await core.listNode()).items.map(liveNode);
}

const liveNode = ({ metadata, spec, status }: V1Node): LiveNode => {
  const labels = metadata?.labels ?? {};
  return {
    name: metadata?.name ?? '',
    labels,
    ready: hasReadyCondition({ status: { conditions: status?.conditions } }),
    controlPlane: 'node-role.kubernetes.io/control-plane' in labels,
    zone: labels['topology.kubernetes.io/zone'] ?? null,
    providerID: spec?.providerID ?? null,
    addresses: (status?.addresses ?? []).map(({ address }) => address),
  };
};

/** Ready pods of the Service, by node. */
export async function servingPods(
  core: CoreV1Api,
  { namespace, labelSelector }: PodGroup,
): Promise<Map<NodeName, PodTarget[]>> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  const byNode = new Map<NodeName, PodTarget[]>();
  for (const pod of items.filter(isReadyPod)) {
    const target = targetOf(pod);
    byNode.set(target.node, [...(byNode.get(target.node) ?? []), target]);
  }
  return byNode;
}

/** All pods of a node that have not ended, of every namespace. */
export async function podsOnNode(core: CoreV1Api, node: NodeName): Promise<(PodTarget & DrainedPod)[]> {
  const { items } = await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` });
  return items
    .filter((pod) => !isOver(pod) && pod.spec?.nodeName === node)
    .map((pod) => ({
      ...targetOf(pod),
      ownerKind: pod.metadata?.ownerReferences?.find(({ controller }) => controller)?.kind ?? null,
      localData: (pod.spec?.volumes ?? []).some(({ emptyDir }) => emptyDir !== undefined),
    }));
}

const targetOf = ({ metadata, spec }: V1Pod): PodTarget => ({
  namespace: metadata?.namespace ?? '',
  name: metadata?.name ?? '',
  uid: metadata?.uid ?? '',
  node: spec?.nodeName ?? '',
});

/** The file with a pod's own namespace (client-go rest.InClusterConfig). */
const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** The node and pod that this process runs in, as far as they can be known. `NODE_NAME`: from the downward API. */
export async function ownPlace(
  core: Pick<CoreV1Api, 'readNamespacedPod'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<OwnPlace> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address);
  const inPod = env.KUBERNETES_SERVICE_HOST !== undefined;
  const place = { hostname: hostname(), addresses, inPod };
  if (!inPod) return { ...place, podNode: null };
  if (env.NODE_NAME !== undefined && env.NODE_NAME !== '') return { ...place, podNode: env.NODE_NAME };
  try {
    const namespace = readFileSync(namespaceFile, 'utf8').trim();
    const { spec } = await core.readNamespacedPod({ namespace, name: hostname() });
    return { ...place, podNode: spec?.nodeName ?? null };
  } catch {
    return { ...place, podNode: null }; // then no node may go
  }
}
