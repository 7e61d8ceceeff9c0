import type { V1ObjectMeta, V1PodTemplateSpec } from '@kubernetes/client-node';
import * as z from 'zod';
import { MidflightError } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import { hasLabels } from '../../kube/labels.ts';
import { isLive } from '../../kube/pods.ts';
import { kubectlHint, type World, waitIn } from '../change.ts';

/** The pods of a workload. */
export const podGroup = z.object({ namespace: z.string(), labelSelector: z.string() });
type PodGroup = z.infer<typeof podGroup>;

/** What runs them. */
export const controllerRef = z.object({ kind: z.enum(['Deployment', 'DaemonSet']), name: z.string() });
type ControllerRef = z.infer<typeof controllerRef>;

interface Controller {
  readonly metadata?: V1ObjectMeta;
  readonly spec?: {
    readonly selector: { readonly matchLabels?: Record<string, string> };
    readonly template: V1PodTemplateSpec;
  };
}

/** The one whose selector matches the labels of the first live pod. Throws `fault-failed` if there is none. */
export async function findController(
  world: World,
  { namespace, labelSelector }: PodGroup,
): Promise<ControllerRef> {
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
    { hint: 'the fault needs one; pod-delete takes single pods' },
  );
}

/** Waits until none of its pods is missing. Throws `cluster-failed` at the limit (cluster milliseconds). */
export async function untilComplete(
  world: World,
  namespace: string,
  { kind, name }: ControllerRef,
  limitMs: Milliseconds,
): Promise<void> {
  const what = `the rollout of ${kind} ${namespace}/${name}`;
  await waitIn(world, what, limitMs, () => isComplete(world, namespace, { kind, name }), {
    ...{ pauseMs: 500, code: 'cluster-failed' },
    ...kubectlHint(world, `rollout status ${kind.toLowerCase()}/${name} --namespace ${namespace}`),
  });
}

/** Decided as by kubectl rollout status (kubectl, pkg/polymorphichelpers/rollout_status.go). */
async function isComplete(world: World, namespace: string, { kind, name }: ControllerRef): Promise<boolean> {
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
