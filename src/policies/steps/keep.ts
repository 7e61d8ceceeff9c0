import type { Step } from '../strategy.ts';
import { annotate } from './annotate.ts';

/** Tells the balancer to leave open connections alone. Over when it has taken that over. */
export const keep: Step = {
  name: 'keep connections',
  async make(context) {
    const since = await annotate(context, context.edge.keepEstablished ?? {}, true);
    const { balancer } = context;
    if (balancer === null) return null;
    return { what: 'the balancer to take over its new settings', seen: () => balancer.reconciledAt > since };
  },
};
