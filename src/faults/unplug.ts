import { faultShapes } from '../plan/fault-shape.ts';
import type { Fault } from './fault.ts';

/** The network only: the node lives on behind it, and its streams may go on when it is plugged in again. */
export const unplug: Fault = {
  kind: 'unplug',
  ...faultShapes.unplug,
  async inject(context, node) {
    context.began(await context.power.unplug(node), 'network cut, the node lives on');
    return { affected: 1, detail: 'the node is silent' };
  },
  recover: (context, node) => context.power.on(node),
};
