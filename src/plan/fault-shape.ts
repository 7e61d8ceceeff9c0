import type { Milliseconds } from '../base/units.ts';
import type { FaultKind } from '../scenario/schema.ts';

/** What a fault does to its node, as data: the fault itself and the plan's times read it here. */
export interface FaultShape {
  /** The node answers nobody afterwards: Kubernetes marks it NotReady and the edge ejects it. */
  readonly silencesNode: boolean;
  /** The node's pods move elsewhere or end in order: nobody has to wait for their eviction. */
  readonly emptiesNode: boolean;
  /** From the notice to the fault itself, cluster time; 0: without notice. */
  readonly noticeMs: Milliseconds;
}

const silent = { silencesNode: true, emptiesNode: false, noticeMs: 0 };

/**
 * Compute Engine gives a preempted VM 30 s between the ACPI G2 soft-off and the power cut (docs, "Preemptible VM
 * instances").
 */
export const faultShapes: Readonly<Record<FaultKind, FaultShape>> = {
  'power-off': silent,
  unplug: silent,
  preempt: { ...silent, emptiesNode: true, noticeMs: 30_000 },
  drain: { silencesNode: false, emptiesNode: true, noticeMs: 0 },
  'pod-kill': { silencesNode: false, emptiesNode: false, noticeMs: 0 },
};

/** GKE's kubelet: shutdownGracePeriod 30s, of which shutdownGracePeriodCriticalPods 15s (docs, "Spot VMs: termination"). */
export const ordinaryPodsMs: Milliseconds = 15_000;
