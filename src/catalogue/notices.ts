import type { Milliseconds } from '../base/units.ts';

/*
 * How clouds announce that they take a spot node, and what is done about it until they do, as data.
 */

export interface NoticeTraits {
  /** The time from the notice to the power cut. Cluster time. */
  readonly ms: Milliseconds;
  /** The part of it that ordinary pods get at most to end after SIGTERM. */
  readonly ordinaryMs: Milliseconds;
  /**
   * Who ends the pods. kubelet: its graceful node shutdown, ordinary pods first and critical ones after them. handler: a
   * termination handler cordons the node and evicts its pods, but for those of DaemonSets.
   */
  readonly endedBy: 'kubelet' | 'handler';
  /** The handler gives the node the label by which controllers of load balancers leave it out. */
  readonly excludes: boolean;
}

/**
 * The cluster autoscaler's taint: from it to the end of the machine, --node-delete-delay-after-taint (cluster-autoscaler
 * config/flags). No workload gets a warning; what runs on the node is left alone until the machine ends.
 */
export const autoscalerNotice: NoticeTraits = {
  ms: 5000,
  ordinaryMs: 5000,
  endedBy: 'handler',
  excludes: false,
};

const rows = {
  // Compute Engine gives a preempted VM 30 s between the ACPI G2 soft-off and the power cut (docs, "Preemptible VM
  // instances"). GKE's kubelet: shutdownGracePeriod 30s, of which shutdownGracePeriodCriticalPods 15s (docs, "Spot
  // VMs: termination").
  gke: { ms: 30_000, ordinaryMs: 15_000, endedBy: 'kubelet', excludes: false },
  // EC2's interruption notice comes two minutes before (docs, "Spot Instance interruption notices"). aws-node-termination-handler
  // labels the node exclude-from-external-load-balancers, cordons and drains it (its README, and
  // https://github.com/aws/aws-node-termination-handler/issues/316).
  eks: { ms: 120_000, ordinaryMs: 120_000, endedBy: 'handler', excludes: true },
  // Azure's scheduled event Preempt comes 30 s before or earlier (docs, "Scheduled Events"), and AKS cordons and drains the
  // node then (docs, "Node autodrain"). The exclude label has no effect on managed nodes (cloud-provider-azure, "Limitations").
  aks: { ms: 30_000, ordinaryMs: 30_000, endedBy: 'handler', excludes: false },
  /** Nobody listens for it. */
  none: null,
} as const satisfies Record<string, NoticeTraits | null>;

type NoticeName = keyof typeof rows;
export const noticeNames = Object.keys(rows) as [NoticeName, ...NoticeName[]];
export const notices: Readonly<Record<NoticeName, NoticeTraits | null>> = rows;
