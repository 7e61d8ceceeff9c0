import * as z from 'zod';
import { MidflightError } from '../../base/errors.ts';
import type { ChangeKind, World } from '../change.ts';
import { findController, podGroup, untilComplete } from './controller.ts';
import { asMergePatch, orGone } from './patching.ts';

const before = z.object({ name: z.string(), replicas: z.int() });
const wanted = z.object({
  replicas: z.int(),
  /** How long the old number of pods may take to be there again. Cluster milliseconds. */
  limitMs: z.number(),
});

/**
 * The number of pods of the Deployment that runs the pods of a selector, as `kubectl scale` or the HorizontalPodAutoscaler sets
 * it. Undone, the old number is available again. It throws `fault-failed` for a DaemonSet, which has no such number.
 */
export const workloadScale: ChangeKind<
  z.infer<typeof podGroup>,
  z.infer<typeof before>,
  z.infer<typeof wanted>
> = {
  kind: 'workload-scale',
  scope: 'cluster',
  target: podGroup,
  before,
  wanted,
  describe: ({ namespace, labelSelector }, { replicas }) =>
    `pods ${labelSelector} of ${namespace} scaled to ${replicas}`,
  async look(world, target) {
    const { kind, name } = await findController(world, target);
    const { namespace } = target;
    if (kind === 'DaemonSet') {
      const what = `DaemonSet ${namespace}/${name} cannot be scaled: it has one pod on each node`;
      throw new MidflightError('fault-failed', what, { hint: 'a Deployment can; pod-delete takes one pod' });
    }
    const replicas = await replicasOf(world, namespace, name);
    if (replicas !== null) return { name, replicas };
    throw new MidflightError('fault-failed', `Deployment ${namespace}/${name} is gone`);
  },
  do: (world, { target: { namespace }, before: { name }, wanted: { replicas } }) =>
    scale(world, namespace, name, replicas),
  async undo(world, { target: { namespace }, before: { name, replicas }, wanted: { limitMs, ...set } }) {
    const now = await replicasOf(world, namespace, name);
    if (now === null) return { result: 'already', detail: `Deployment ${namespace}/${name} is gone` };
    if (now !== replicas && now !== set.replicas) {
      const detail = `somebody else has scaled ${namespace}/${name} to ${now} since; it was ${replicas}`;
      return { result: 'left', detail };
    }
    if (now !== replicas) await scale(world, namespace, name, replicas);
    // It may have been set back by an undo that was broken off: the pods are waited for all the same.
    await untilComplete(world, namespace, { kind: 'Deployment', name }, limitMs);
    return now === replicas
      ? { result: 'already', detail: `Deployment ${namespace}/${name} has ${replicas} pods` }
      : { result: 'restored', detail: `Deployment ${namespace}/${name} has ${replicas} pods again` };
  },
};

const replicasOf = (world: World, namespace: string, name: string): Promise<number | null> =>
  orGone(async () => (await world.apps().readNamespacedDeployment({ namespace, name })).spec?.replicas ?? 1);

async function scale(world: World, namespace: string, name: string, replicas: number): Promise<void> {
  const body = { spec: { replicas } };
  await world.apps().patchNamespacedDeployment({ namespace, name, body }, asMergePatch);
}
