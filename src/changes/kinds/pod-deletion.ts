import * as z from 'zod';
import { orGone } from './patching.ts';
import { podEnd } from './pod.ts';

const wanted = z.object({
  /** Seconds between SIGTERM and SIGKILL; null: as in the pod's spec. */
  graceSeconds: z.int().min(0).nullable(),
  /** How long the pod may take to end. Cluster milliseconds. */
  limitMs: z.number(),
});

/** Deletes one pod through the API and waits until it has ended. True: it was there. */
export const podDeletion = podEnd({
  kind: 'pod-deletion',
  wanted,
  describe: ({ namespace, name, node }) => `pod ${namespace}/${name} deleted on ${node}`,
  async ask(world, { name, namespace, uid }, { graceSeconds }) {
    const body = {
      preconditions: { uid },
      ...(graceSeconds === null ? {} : { gracePeriodSeconds: graceSeconds }),
    };
    await orGone(() => world.core().deleteNamespacedPod({ name, namespace, body }));
    return true;
  },
});
