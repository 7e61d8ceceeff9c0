import { type NodeFault, needed } from './fault.ts';
import { podOn } from './pod-on.ts';

/** SIGKILL to the ingress or app pod on the node: the kernel closes its sockets, so clients hear of it at once. */
export const podKill: NodeFault = {
  kind: 'pod-kill',
  needs: ['killPod'],
  async inject(context, node) {
    const target = await podOn(context, node);
    const at = await context.changes.make(needed(context.effects, 'killPod'), target, {});
    context.began(at, `pod ${target.name} killed`, [target.name]);
    return { affected: 1, detail: `pod ${target.name} is dead` };
  },
};
