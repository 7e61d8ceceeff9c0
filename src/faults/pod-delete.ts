import type { Milliseconds } from '../base/units.ts';
import { podDeletion } from '../changes/kinds/index.ts';
import type { NodeFault } from './fault.ts';
import { podOn } from './pod-on.ts';

/** How long the pod may take to end, beyond its own grace. */
const limitMs: Milliseconds = 900_000;

/**
 * One pod is deleted as a rollout, a scale-down by the HorizontalPodAutoscaler or `kubectl delete pod` does it: SIGTERM, its
 * own terminationGracePeriodSeconds, then SIGKILL. Its controller makes another.
 */
export const podDelete: NodeFault = {
  kind: 'pod-delete',
  needs: [],
  async inject(context, node) {
    const target = await podOn(context, node);
    context.began(context.now(), `pod ${target.name} deleted`, [target.name]);
    const deleted = await context.changes.make(podDeletion, target, { graceSeconds: null, limitMs });
    return deleted
      ? { affected: 1, detail: `pod ${target.name} has ended` }
      : { affected: 0, detail: `pod ${target.name} had ended before` };
  },
};
