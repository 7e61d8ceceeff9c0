import * as z from 'zod';
import type { ChangeKind } from '../change.ts';
import { orGone } from './patching.ts';
import {
  lookAtPod,
  type PodTarget,
  podBefore,
  podTarget,
  replacedByController,
  waitUntilGone,
} from './pod.ts';

const wanted = z.object({
  /** Seconds between SIGTERM and SIGKILL; null: as the pod says. */
  graceSeconds: z.int().min(0).nullable(),
  /** Until the pod has ended. Cluster milliseconds. */
  limitMs: z.number(),
});

/** Deletes one pod through the API and waits until it has ended. True: it was there. */
export const podDeletion: ChangeKind<
  PodTarget,
  z.infer<typeof podBefore> | null,
  z.infer<typeof wanted>,
  boolean
> = {
  kind: 'pod-deletion',
  scope: 'cluster',
  target: podTarget,
  before: podBefore.nullable(),
  wanted,
  describe: ({ namespace, name, node }) => `pod ${namespace}/${name} deleted on ${node}`,
  look: lookAtPod,
  async do(world, { target, before, wanted: { graceSeconds, limitMs } }) {
    if (before === null) return false;
    const { name, namespace, uid } = target;
    const body = {
      preconditions: { uid },
      ...(graceSeconds === null ? {} : { gracePeriodSeconds: graceSeconds }),
    };
    await orGone(() => world.core().deleteNamespacedPod({ name, namespace, body }));
    await waitUntilGone(world, target, limitMs);
    return true;
  },
  undo: replacedByController,
};
