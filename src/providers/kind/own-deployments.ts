import { AppsV1Api, type KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { waitFor } from '../../kube/wait.ts';
import { namespace } from '../../workload/manifests.ts';

const controlPlane = 'node-role.kubernetes.io/control-plane';
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/**
 * Keeps what the cluster itself deploys (CoreDNS, kind's storage provisioner) on the control plane, so that a node which
 * runs nothing of ours runs nothing at all. Both tolerate its taint already. Resolves when the pods are there.
 */
export async function pinOwnDeployments(kubeConfig: KubeConfig, signal: AbortSignal): Promise<void> {
  const apps = kubeConfig.makeApiClient(AppsV1Api);
  const own = async () =>
    (await apps.listDeploymentForAllNamespaces()).items.filter(
      (one) => one.metadata?.namespace !== namespace,
    );
  for (const { metadata, spec } of await own()) {
    if (spec?.template.spec?.nodeSelector?.[controlPlane] === '') continue;
    const body = { spec: { template: { spec: { nodeSelector: { [controlPlane]: '' } } } } };
    await apps.patchNamespacedDeployment(
      { name: metadata?.name ?? '', namespace: metadata?.namespace ?? '', body },
      merge,
    );
  }
  await waitFor(
    "the cluster's own pods to run on the control plane",
    120_000,
    signal,
    async () =>
      (await own()).every(({ metadata, spec, status }) => {
        const wanted = spec?.replicas ?? 1;
        const seen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
        return (
          seen &&
          (status?.updatedReplicas ?? 0) === wanted &&
          (status?.replicas ?? 0) === wanted &&
          (status?.readyReplicas ?? 0) === wanted
        );
      }),
    { pauseMs: 250 },
  );
}
