import type { V1ObjectMeta, V1PodTemplateSpec } from '@kubernetes/client-node';
import * as z from 'zod';
import { MidflightError } from '../../base/errors.ts';
import { hasLabels } from '../../kube/labels.ts';
import { isLive } from '../../kube/pods.ts';
import { type ChangeKind, kubectlHint, type World } from '../change.ts';
import { asMergePatch } from './patching.ts';

const target = z.object({ namespace: z.string(), labelSelector: z.string() });
const before = z.object({ kind: z.enum(['Deployment', 'DaemonSet']), name: z.string() });
const wanted = z.object({
  /** Until the last pod is there again. Cluster milliseconds. */
  limitMs: z.number(),
});

type Target = z.infer<typeof target>;
type Found = z.infer<typeof before>;

/** As kubectl rollout restart writes it (kubectl, pkg/polymorphichelpers/objectrestarter.go). */
const annotation = 'kubectl.kubernetes.io/restartedAt';
const lookAgain = 500;

/**
 * Replaces all pods of the Deployment or DaemonSet that runs the pods of a selector. It cannot be taken back, and need not be:
 * the pods are the same. Its undo waits until none of them is missing, and leaves the annotation where it is, as kubectl does:
 * to remove it would replace all pods once more.
 */
export const workloadRestart: ChangeKind<Target, Found, z.infer<typeof wanted>> = {
  kind: 'workload-restart',
  scope: 'cluster',
  target,
  before,
  wanted,
  describe: ({ namespace, labelSelector }) => `pods ${labelSelector} of ${namespace} replaced by a restart`,
  look: find,
  async do(world, { target: { namespace }, before: { kind, name } }) {
    const annotations = { [annotation]: new Date().toISOString() };
    const body = { spec: { template: { metadata: { annotations } } } };
    const apps = world.apps();
    if (kind === 'Deployment') await apps.patchNamespacedDeployment({ namespace, name, body }, asMergePatch);
    else await apps.patchNamespacedDaemonSet({ namespace, name, body }, asMergePatch);
  },
  async undo(world, { target: { namespace }, before: { kind, name }, wanted: { limitMs } }) {
    for (let waited = 0; waited < limitMs; waited += lookAgain) {
      if (await isComplete(world, namespace, { kind, name })) {
        return { result: 'already', detail: `${kind} ${namespace}/${name} is complete` };
      }
      await world.sleep(lookAgain);
    }
    throw new MidflightError(
      'cluster-failed',
      `timed out after ${limitMs / 1000} s waiting for the rollout of ${kind} ${namespace}/${name}`,
      kubectlHint(world, `rollout status ${kind.toLowerCase()}/${name} --namespace ${namespace}`),
    );
  },
};

interface Controller {
  readonly metadata?: V1ObjectMeta;
  readonly spec?: {
    readonly selector: { readonly matchLabels?: Record<string, string> };
    readonly template: V1PodTemplateSpec;
  };
}

/** The one whose selector matches the labels of the first live pod. */
async function find(world: World, { namespace, labelSelector }: Target): Promise<Found> {
  const [pods, deployments, daemonSets] = await Promise.all([
    world.core().listNamespacedPod({ namespace, labelSelector }),
    world.apps().listNamespacedDeployment({ namespace }),
    world.apps().listNamespacedDaemonSet({ namespace }),
  ]);
  const labels = pods.items.find(isLive)?.metadata?.labels ?? {};
  const runs = ({ spec }: Controller) => {
    const { matchLabels = {} } = spec?.selector ?? {};
    return Object.keys(matchLabels).length > 0 && hasLabels(matchLabels, labels);
  };
  const deployment = deployments.items.find(runs)?.metadata?.name;
  if (deployment !== undefined) return { kind: 'Deployment', name: deployment };
  const name = daemonSets.items.find(runs)?.metadata?.name;
  if (name !== undefined) return { kind: 'DaemonSet', name };
  throw new MidflightError(
    'fault-failed',
    `no Deployment and no DaemonSet in ${namespace} runs the pods ${labelSelector}`,
    { hint: 'a rollout needs one; pod-delete takes single pods' },
  );
}

/** As kubectl rollout status decides it (kubectl, pkg/polymorphichelpers/rollout_status.go). */
async function isComplete(world: World, namespace: string, { kind, name }: Found): Promise<boolean> {
  if (kind === 'Deployment') {
    const { metadata, spec, status } = await world.apps().readNamespacedDeployment({ namespace, name });
    const all = spec?.replicas ?? 1;
    const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 } = status ?? {};
    const seen = observedGeneration >= (metadata?.generation ?? 0);
    return (
      seen && updatedReplicas >= all && replicas <= updatedReplicas && availableReplicas >= updatedReplicas
    );
  }
  const { metadata, status } = await world.apps().readNamespacedDaemonSet({ namespace, name });
  const all = status?.desiredNumberScheduled ?? 0;
  const seen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  return seen && (status?.updatedNumberScheduled ?? 0) >= all && (status?.numberAvailable ?? 0) >= all;
}
