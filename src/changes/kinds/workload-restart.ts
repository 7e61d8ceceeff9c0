import * as z from 'zod';
import type { ChangeKind } from '../change.ts';
import { controllerRef, findController, podGroup, untilComplete } from './controller.ts';
import { asMergePatch } from './patching.ts';

const wanted = z.object({
  /** How long until the last pod is there again. Cluster milliseconds. */
  limitMs: z.number(),
});

/** The annotation that kubectl rollout restart writes (kubectl, pkg/polymorphichelpers/objectrestarter.go). */
const annotation = 'kubectl.kubernetes.io/restartedAt';

/**
 * Replaces all pods of the Deployment or DaemonSet that runs the pods of a selector. It cannot be taken back, and need not be:
 * the pods are the same. Its undo waits until none of them is missing, and leaves the annotation where it is, as kubectl does:
 * to remove it would replace all pods once more.
 */
export const workloadRestart: ChangeKind<
  z.infer<typeof podGroup>,
  z.infer<typeof controllerRef>,
  z.infer<typeof wanted>
> = {
  kind: 'workload-restart',
  scope: 'cluster',
  target: podGroup,
  before: controllerRef,
  wanted,
  describe: ({ namespace, labelSelector }) => `pods ${labelSelector} of ${namespace} replaced by a restart`,
  look: findController,
  async do(world, { target: { namespace }, before: { kind, name } }) {
    const annotations = { [annotation]: new Date().toISOString() };
    const body = { spec: { template: { metadata: { annotations } } } };
    const apps = world.apps();
    if (kind === 'Deployment') await apps.patchNamespacedDeployment({ namespace, name, body }, asMergePatch);
    else await apps.patchNamespacedDaemonSet({ namespace, name, body }, asMergePatch);
  },
  async undo(world, { target: { namespace }, before, wanted: { limitMs } }) {
    await untilComplete(world, namespace, before, limitMs);
    return { result: 'already', detail: `${before.kind} ${namespace}/${before.name} is complete` };
  },
};
