import type { Milliseconds } from '../base/units.ts';
import type { Fault } from './fault.ts';

/** Compute Engine gives a preempted VM 30 s between the ACPI G2 soft-off and the power cut (docs, "Preemptible VM instances"). */
const notice: Milliseconds = 30_000;
/** GKE's kubelet: shutdownGracePeriod 30s, of which shutdownGracePeriodCriticalPods 15s (docs, "Spot VMs: termination"). */
const ordinaryShare: Milliseconds = 15_000;

/** Notice: 15 s for ordinary pods to end after SIGTERM, 15 s for critical ones, then the power is cut. */
export const preempt: Fault = {
  kind: 'preempt',
  silencesNode: true,
  emptiesNode: true,
  async inject(context, node) {
    const at = context.now();
    context.began(at, 'preemption notice of 30 s');
    const left = (until: Milliseconds) => until - (context.now() - at) / 1e6 / (context.realMs(1000) / 1000);
    await context.power.shutdownPods(node, 'ordinary', context.realMs(ordinaryShare));
    await context.sleep(Math.max(0, left(ordinaryShare)));
    await context.power.shutdownPods(node, 'critical', context.realMs(Math.max(0, left(notice))));
    await context.sleep(Math.max(0, left(notice)));
    await context.power.off(node);
  },
  recover: (context, node) => context.power.on(node),
};
