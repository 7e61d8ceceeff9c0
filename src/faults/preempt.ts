import type { Milliseconds } from '../base/units.ts';
import { faultTraits } from '../catalogue/faults.ts';
import type { PodClass } from '../changes/effects.ts';
import { type Fault, needed } from './fault.ts';

/**
 * Notice: 15 s for ordinary pods to end after SIGTERM, 15 s for critical ones. Then the power is cut, which is the fault
 * itself: what the notice costs and what the cut costs have their clocks apart.
 */
export const preempt: Fault = {
  kind: 'preempt',
  needs: ['shutdownPods', 'power'],
  async inject(context, node) {
    const { changes, effects } = context;
    const at = context.now();
    const { ms: notice, ordinaryMs } = faultTraits.preempt.notice;
    context.notice('begin', at, `preemption notice of ${notice / 1000} s`);
    const left = (until: Milliseconds) =>
      Math.max(0, until - (context.now() - at) / 1e6 / (context.realMs(1000) / 1000));
    const end = (which: PodClass, until: Milliseconds) =>
      changes.make(
        needed(effects, 'shutdownPods'),
        { node },
        { which, graceMs: context.realMs(left(until)) },
      );
    await end('ordinary', ordinaryMs);
    await context.sleep(left(ordinaryMs));
    await end('critical', notice);
    await context.sleep(left(notice));
    const cut = await changes.make(needed(effects, 'power'), { node }, { how: 'off' });
    context.notice('done', cut, 'its pods have ended, or their time is up');
    context.began(cut, 'power cut, at the end of the notice');
    return { affected: 1, detail: 'the node is silent' };
  },
};
