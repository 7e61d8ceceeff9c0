import * as z from 'zod';
import { MidflightError } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import { httpStatusOf } from '../../kube/errors.ts';
import { type ChangeKind, kubectlHint, type World, waitIn } from '../change.ts';
import {
  lookAtPod,
  type PodTarget,
  podBefore,
  podTarget,
  replacedByController,
  waitUntilGone,
} from './pod.ts';

/** As kubectl drain: a disruption budget's 429 is asked again after 5 s (kubectl/pkg/drain/drain.go). */
const retryAfter: Milliseconds = 5000;

const wanted = z.object({
  /** Until the eviction is accepted, and then until the pod has ended. Cluster milliseconds. */
  limitMs: z.number(),
});

/** Evicts one pod through the API, which honours disruption budgets, and waits until it has ended. True: it was evicted. */
export const podEviction: ChangeKind<
  PodTarget,
  z.infer<typeof podBefore> | null,
  z.infer<typeof wanted>,
  boolean
> = {
  kind: 'pod-eviction',
  scope: 'cluster',
  target: podTarget,
  before: podBefore.nullable(),
  wanted,
  describe: ({ namespace, name, node }) => `pod ${namespace}/${name} evicted from ${node}`,
  look: lookAtPod,
  async do(world, { target, before, wanted: { limitMs } }) {
    if (before === null) return false;
    if (!(await accepted(world, target, limitMs))) return false;
    await waitUntilGone(world, target, limitMs);
    return true;
  },
  undo: replacedByController,
};

/** False: the pod has gone by itself. */
async function accepted(
  world: World,
  { name, namespace }: PodTarget,
  limitMs: Milliseconds,
): Promise<boolean> {
  const body = { metadata: { name, namespace } };
  let gone = false;
  const evicted = async () => {
    try {
      await world.core().createNamespacedPodEviction({ name, namespace, body });
      return true;
    } catch (error) {
      const status = httpStatusOf(error);
      gone = status === 404;
      if (gone) return true;
      if (status === 429) return false;
      throw new MidflightError(
        'fault-failed',
        `pod ${name} could not be evicted: the API answered ${status ?? error}`,
      );
    }
  };
  await waitIn(world, `a disruption budget to let pod ${name} go`, limitMs, evicted, {
    pauseMs: retryAfter,
    ...kubectlHint(world, 'get poddisruptionbudgets --all-namespaces'),
  });
  return !gone;
}
