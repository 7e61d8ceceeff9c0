import { nodeLabel } from '../changes/kinds/index.ts';
import { excludeLabel } from '../kube/names.ts';
import type { NodeFault } from './fault.ts';

/**
 * A node joins those that the balancer sends to. It has been kept out by the exclude label since before any load began, as a node
 * that is not there yet. If a balancer counts a new target as healthy until its checks fail, it sends to one without an
 * ingress pod under Local, too.
 */
export const nodeAdd: NodeFault = {
  kind: 'node-add',
  needs: [],
  prepare: (changes, node) => changes.make(nodeLabel, { node, label: excludeLabel }, { text: 'true' }),
  async inject({ changes, began, now }, node) {
    began(now(), 'a new node for the balancer');
    await changes.make(nodeLabel, { node, label: excludeLabel }, { text: null });
    return { affected: 1, detail: 'the balancer may send to it' };
  },
};
