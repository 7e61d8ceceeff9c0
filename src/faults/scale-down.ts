import { MidflightError } from '../base/errors.ts';
import type { Milliseconds, NodeName } from '../base/units.ts';
import { nodeDeletion, nodeTaint } from '../changes/kinds/index.ts';
import { autoscalerTaint } from '../kube/names.ts';
import { type FaultContext, type NodeFault, needed } from './fault.ts';

/** How long until a node that is gone is NotReady; generous. */
const limitMs: Milliseconds = 900_000;

/**
 * The cluster autoscaler removes a node that runs nothing of the workload but pods of DaemonSets: its taint, a wait, the machine
 * ends without further notice, and the Node object goes once it is NotReady. With the taint kube-proxy's own health check
 * fails; what the node carries goes on until the end.
 */
export const scaleDown: NodeFault = {
  kind: 'scale-down',
  needs: ['power'],
  async inject(context, node) {
    const { changes, effects, terms } = context;
    const power = needed(effects, 'power');
    await refuseUnlessEmpty(context, node);
    const at = context.now();
    context.notice('begin', at, `tainted ${autoscalerTaint}, ${(terms?.ms ?? 0) / 1000} s before its end`);
    // Its value is the time in seconds: cluster-autoscaler/utils/taints, MarkToBeDeleted.
    const text = String(Math.round(Date.now() / 1000));
    await changes.make(nodeTaint, { node, key: autoscalerTaint, effect: 'NoSchedule' }, { text });
    const waited = (context.now() - at) / 1e6 / (context.realMs(1000) / 1000);
    await context.sleep(Math.max(0, (terms?.ms ?? 0) - waited));
    const cut = await changes.make(power, { node }, { how: 'off' });
    context.notice('done', cut, 'the wait after the taint is over');
    context.began(cut, 'power cut, by the autoscaler');
    await changes.make(nodeDeletion, { node }, { limitMs });
    return { affected: 1, detail: 'the machine and its Node are gone' };
  },
};

/** The autoscaler would move such pods first: that is a drain, with clocks of its own. */
async function refuseUnlessEmpty({ podsOn }: FaultContext, node: NodeName): Promise<void> {
  const pods = [...(await podsOn(node, 'ingress')), ...(await podsOn(node, 'app'))];
  const [movable] = pods.filter(({ ownerKind }) => ownerKind !== 'DaemonSet');
  if (movable === undefined) return;
  throw new MidflightError('fault-failed', `${node} is not empty: pod ${movable.name} runs there`, {
    hint: "let fault.target.runs be 'nothing'; what moving pods costs is shown by drain",
  });
}
