import * as z from 'zod';
import { MidflightError } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import { httpStatusOf } from '../../kube/errors.ts';
import { kubectlHint, type World, waitIn } from '../change.ts';
import { type PodTarget, podEnd } from './pod.ts';

/** Retried as by kubectl drain, which waits 5 s after a disruption budget's 429 (kubectl/pkg/drain/drain.go). */
const retryAfter: Milliseconds = 5000;

const wanted = z.object({
  /** How long until the eviction is accepted, and then until the pod has ended. Cluster milliseconds. */
  limitMs: z.number(),
});

/** Evicts one pod through the API, which honours disruption budgets, and waits until it has ended. True: it was evicted. */
export const podEviction = podEnd({
  kind: 'pod-eviction',
  wanted,
  describe: ({ namespace, name, node }) => `pod ${namespace}/${name} evicted from ${node}`,
  ask: (world, target, { limitMs }) => accepted(world, target, limitMs),
});

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
