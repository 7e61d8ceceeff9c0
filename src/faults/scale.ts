import type { Milliseconds } from '../base/units.ts';
import { workloadScale } from '../changes/kinds/index.ts';
import type { NodePod, WorkloadFault } from './fault.ts';

/** How long until every surplus pod has begun to end, and until the new ones are ready. */
const limitMs: Milliseconds = 900_000;

/**
 * The number of pods of the ingress or the app is set, as the HorizontalPodAutoscaler or `kubectl scale` does it. The controller
 * chooses which pods end; each is a step of its own, from the moment its deletion is requested.
 */
export const scale: WorkloadFault = {
  kind: 'scale',
  needs: [],
  async injectAll(context) {
    const { pod: part } = context;
    const replicas = context.parameter('replicas');
    const pods = await context.workloadPods();
    context.began(context.now(), `${part} scaled from ${pods.length} to ${replicas}`);
    await context.changes.make(workloadScale, context.workload, { replicas, limitMs });
    const surplus = pods.length - replicas;
    if (surplus <= 0) return { affected: -surplus, detail: `${-surplus} more pods of ${part} are wanted` };
    const ended = new Set<NodePod>();
    const everyStep = () => {
      for (const pod of pods) {
        const at = ended.has(pod) ? null : context.endingSince(pod.name);
        if (at === null) continue;
        ended.add(pod);
        context.step(at, pod);
      }
      return ended.size >= surplus;
    };
    const done = await context.until(everyStep, limitMs, `${surplus} pods of ${part} to end`);
    return {
      affected: ended.size,
      detail: `${ended.size} of ${pods.length} pods end${done ? '' : ', as far as seen when its time was up'}`,
      ...(replicas === 0 ? { lasts: true } : {}),
    };
  },
};
