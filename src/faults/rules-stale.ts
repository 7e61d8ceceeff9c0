import type { Milliseconds } from '../base/units.ts';
import { podDeletion } from '../changes/kinds/index.ts';
import { type NodeFault, needed } from './fault.ts';

/** How long the pod may take to end, beyond its own grace. */
const limitMs: Milliseconds = 900_000;

/**
 * kube-proxy of a node stops updating its rules, and then a pod elsewhere is replaced: the node goes on to send its share of new
 * connections to an address that nobody has any more. Its health checks answer as before, so no balancer looks for another.
 */
export const rulesStale: NodeFault = {
  kind: 'rules-stale',
  needs: ['freezeRules'],
  lacking:
    'on kind kube-proxy and the kubelet share the network of the node, so it cannot be cut off from the API alone',
  async inject(context, node) {
    const { changes, effects, pod: part } = context;
    const pods = (await context.workloadPods()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const found = pods.find((pod) => pod.node !== node) ?? pods[0];
    const at = await changes.make(needed(effects, 'freezeRules'), { node }, {});
    context.began(at, `rules of ${node} are updated no more`, []);
    if (found === undefined)
      return { affected: 0, detail: `no pod of ${part} is there that could be replaced` };
    const { ownerKind: _, ...target } = found;
    context.step(context.now(), found);
    const deleted = await changes.make(podDeletion, target, { graceSeconds: null, limitMs });
    return deleted
      ? { affected: 1, detail: `${node} still sends to pod ${found.name}, which has ended`, lasts: true }
      : { affected: 0, detail: `pod ${found.name} had ended before` };
  },
};
