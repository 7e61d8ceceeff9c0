import type { Milliseconds, NodeName } from '../base/units.ts';
import type { NoticeTraits } from '../catalogue/notices.ts';
import { nodeCordon, nodeLabel, podEviction } from '../changes/kinds/index.ts';
import { excludeLabel } from '../kube/names.ts';
import { type FaultContext, type NodeFault, needed } from './fault.ts';

/**
 * The cloud takes a spot node: its notice, in which pods end, and then the power is cut, which is the fault itself: what the
 * notice costs and what the cut costs have their clocks apart.
 */
export const preempt: NodeFault = {
  kind: 'preempt',
  needs: ['shutdownPods', 'power'],
  async inject(context, node) {
    const { changes, effects, terms } = context;
    const power = needed(effects, 'power');
    if (terms === null) {
      context.began(await changes.make(power, { node }, { how: 'off' }), 'power cut, without notice');
      return { affected: 1, detail: 'the node is silent' };
    }
    const at = context.now();
    context.notice('begin', at, `preemption notice of ${terms.ms / 1000} s`);
    const left = (until: Milliseconds) =>
      Math.max(0, until - (context.now() - at) / 1e6 / (context.realMs(1000) / 1000));
    await endedBy[terms.endedBy](context, node, terms, left);
    await context.sleep(left(terms.ms));
    const cut = await changes.make(power, { node }, { how: 'off' });
    context.notice('done', cut, 'its pods have ended, or their time is up');
    context.began(cut, 'power cut, at the end of the notice');
    return { affected: 1, detail: 'the node is silent' };
  },
};

type End = (
  context: FaultContext,
  node: NodeName,
  terms: NoticeTraits,
  left: (until: Milliseconds) => Milliseconds,
) => Promise<void>;

/** How pods are ended until the power is cut. */
const endedBy: Record<NoticeTraits['endedBy'], End> = {
  async kubelet(context, node, { ms, ordinaryMs }, left) {
    const shutdown = needed(context.effects, 'shutdownPods');
    const end = (which: 'ordinary' | 'critical', until: Milliseconds) =>
      context.changes.make(shutdown, { node }, { which, graceMs: context.realMs(left(until)) });
    await end('ordinary', ordinaryMs);
    await context.sleep(left(ordinaryMs));
    await end('critical', ms);
  },
  async handler({ changes, podsOn, sleep }, node, { ms, excludes }, left) {
    if (excludes) await changes.make(nodeLabel, { node, label: excludeLabel }, { text: 'true' });
    await changes.make(nodeCordon, { node }, { cordoned: true });
    const movable = (await podsOn(node, 'all')).filter(({ ownerKind }) => ownerKind !== 'DaemonSet');
    const evictions = movable.map(({ ownerKind: _, ...pod }) =>
      changes.make(podEviction, pod, { limitMs: left(ms) }),
    );
    // What has not ended by then ends with the node.
    await Promise.race([Promise.allSettled(evictions), sleep(left(ms))]);
  },
};
