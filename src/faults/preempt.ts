import type { Milliseconds } from '../base/units.ts';
import { faultShapes } from '../plan/fault-shape.ts';
import type { Fault } from './fault.ts';

/** GKE's kubelet: shutdownGracePeriod 30s, of which shutdownGracePeriodCriticalPods 15s (docs, "Spot VMs: termination"). */
const ordinaryShare: Milliseconds = 15_000;

/**
 * Notice: 15 s for ordinary pods to end after SIGTERM, 15 s for critical ones. Then the power is cut, which is the fault
 * itself: what the notice costs and what the cut costs have their clocks apart.
 */
export const preempt: Fault = {
  kind: 'preempt',
  ...faultShapes.preempt,
  async inject(context, node) {
    const at = context.now();
    const notice = faultShapes.preempt.noticeMs;
    context.notice('begin', at, `preemption notice of ${notice / 1000} s`);
    const left = (until: Milliseconds) => until - (context.now() - at) / 1e6 / (context.realMs(1000) / 1000);
    await context.power.shutdownPods(node, 'ordinary', context.realMs(ordinaryShare));
    await context.sleep(Math.max(0, left(ordinaryShare)));
    await context.power.shutdownPods(node, 'critical', context.realMs(Math.max(0, left(notice))));
    await context.sleep(Math.max(0, left(notice)));
    const cut = await context.power.off(node);
    context.notice('done', cut, 'its pods have ended, or their time is up');
    context.began(cut, 'power cut, at the end of the notice');
    return { affected: 1, detail: 'the node is silent' };
  },
  recover: (context, node) => context.power.on(node),
};
