import type { Fault } from './fault.ts';

/** Silence: nothing answers, no FIN, no RST, and the pods are dead behind it. A preemption whose notice nobody heard. */
export const powerOff: Fault = {
  kind: 'power-off',
  silencesNode: true,
  emptiesNode: false,
  async inject(context, node) {
    context.began(await context.power.off(node), 'power cut, without notice');
  },
  recover: (context, node) => context.power.on(node),
};
