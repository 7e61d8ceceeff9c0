import { type NodeFault, needed } from './fault.ts';

/** The network only: the node lives on behind it, and its streams may go on when it is plugged in again. */
export const unplug: NodeFault = {
  kind: 'unplug',
  needs: ['power'],
  async inject({ changes, effects, began }, node) {
    const at = await changes.make(needed(effects, 'power'), { node }, { how: 'unplugged' });
    began(at, 'network cut, the node lives on');
    return { affected: 1, detail: 'the node is silent' };
  },
};
