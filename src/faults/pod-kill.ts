import { MidflightError } from '../base/errors.ts';
import { type Fault, needed } from './fault.ts';

/** SIGKILL to the ingress or app pod on the node: the kernel closes its sockets, so clients hear of it at once. */
export const podKill: Fault = {
  kind: 'pod-kill',
  needs: ['killPod'],
  async inject(context, node) {
    const [victim] = await context.podsOn(node, context.pod);
    if (victim === undefined) {
      throw new MidflightError('fault-failed', `no ${context.pod} pod runs on ${node}`, {
        hint: `let fault.target.runs be '${context.pod}'`,
      });
    }
    const { ownerKind: _, ...target } = victim;
    const at = await context.changes.make(needed(context.effects, 'killPod'), target, {});
    context.began(at, `pod ${victim.name} killed`);
    return { affected: 1, detail: `pod ${victim.name} is dead` };
  },
};
