import type { Milliseconds } from '../base/units.ts';
import { workloadRestart } from '../changes/kinds/index.ts';
import type { NodePod, WorkloadFault } from './fault.ts';

/** How long until every pod has been replaced. */
const limitMs: Milliseconds = 900_000;

/**
 * All pods of the ingress or the app are replaced, as `kubectl rollout restart` does it. Each pod is a step of its own,
 * from the moment its deletion is requested.
 */
export const rollout: WorkloadFault = {
  kind: 'rollout',
  needs: [],
  async injectAll(context) {
    let left = await context.workloadPods();
    const all = left.length;
    context.began(context.now(), `rollout of ${all} ${all === 1 ? 'pod' : 'pods'} of ${context.pod}`);
    await context.changes.make(workloadRestart, context.workload, { limitMs });
    const endingOf = (pod: NodePod) => context.endingSince(pod.name);
    const everyStep = () => {
      for (const pod of left) {
        const at = endingOf(pod);
        if (at !== null) context.step(at, pod);
      }
      left = left.filter((pod) => endingOf(pod) === null);
      return left.length === 0;
    };
    const done = await context.until(everyStep, limitMs, `the rollout of ${context.pod}`);
    const replaced = all - left.length;
    return {
      affected: replaced,
      detail: `${replaced} of ${all} pods replaced${done ? '' : ' when its time was up'}`,
    };
  },
};
