import { faultShapes } from '../plan/fault-shape.ts';
import type { Fault } from './fault.ts';

/** Silence: nothing answers, no FIN, no RST, and the pods are dead behind it. A preemption whose notice nobody heard. */
export const powerOff: Fault = {
  kind: 'power-off',
  ...faultShapes['power-off'],
  async inject(context, node) {
    context.began(await context.power.off(node), 'power cut, without notice');
    return { affected: 1, detail: 'the node is silent' };
  },
  recover: (context, node) => context.power.on(node),
};
