import { type NodeFault, needed } from './fault.ts';

/**
 * The kubelet stops, and everything that it has started goes on: no lease is renewed, so the node is NotReady after the grace and
 * its pods leave the endpoints, though they serve. No connection is cut by it.
 */
export const kubeletStop: NodeFault = {
  kind: 'kubelet-stop',
  needs: ['stopKubelet'],
  async inject({ changes, effects, began }, node) {
    began(
      await changes.make(needed(effects, 'stopKubelet'), { node }, {}),
      'kubelet stopped, its pods go on',
    );
    return { affected: 1, detail: 'the node renews its lease no more' };
  },
};
