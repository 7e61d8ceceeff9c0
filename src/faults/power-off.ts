import { type NodeFault, needed } from './fault.ts';

/** Silence: nothing answers, no FIN, no RST, and the pods are dead behind it. A preemption whose notice nobody heard. */
export const powerOff: NodeFault = {
  kind: 'power-off',
  needs: ['power'],
  async inject({ changes, effects, began }, node) {
    began(
      await changes.make(needed(effects, 'power'), { node }, { how: 'off' }),
      'power cut, without notice',
    );
    return { affected: 1, detail: 'the node is silent' };
  },
};
