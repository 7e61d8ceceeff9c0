import { targetsAnnotation } from '../../kube/names.ts';
import type { Step } from '../strategy.ts';
import { annotate } from './annotate.ts';

/** The balancer sends to the ingress pods themselves. Over when it holds the nodes that have one, and no other. */
export const targetPods: Step = {
  name: 'pods as targets',
  async make(context) {
    const since = await annotate(context, { [targetsAnnotation]: 'pods' }, true);
    const { balancer, readyIngress } = context;
    if (balancer === null) return null;
    return {
      what: 'the balancer to hold the ingress pods as its targets',
      seen: () =>
        balancer.reconciledAt > since &&
        [...balancer.targets].every((node) => readyIngress().has(node)) &&
        [...balancer.targets].every((node) => balancer.healthy.has(node)),
    };
  },
};
