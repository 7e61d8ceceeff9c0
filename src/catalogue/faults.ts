/*
 * What each fault of a scenario means, as data: which requests it takes, whether anybody hears of it, how long its notice
 * is. How it is injected is in src/faults, by the same names.
 */

/** The places of a request's path: where the balancer sent it, where the ingress pod runs, where the app pod runs. */
export const pathPlaces = ['transit', 'ingress', 'endpoint'] as const;
export type PathPlace = (typeof pathPlaces)[number];

/** What happens to a node that is given notice before its power is cut. */
export interface Notice {
  /** From the notice to the power cut. Cluster milliseconds. */
  readonly ms: number;
  /** Of it, for ordinary pods to end after SIGTERM; critical ones get the rest. */
  readonly ordinaryMs: number;
}

export interface FaultTraits {
  /**
   * A request is hit if the target is in one of these places of its path. `pod`: in the place of the pod that is killed,
   * and by that pod itself, not by its node.
   */
  readonly takes: readonly PathPlace[] | 'pod';
  /** The node answers nobody afterwards, without FIN or RST: Kubernetes marks it NotReady and the balancer ejects it. */
  readonly silencesNode: boolean;
  /** The node's pods move elsewhere or end: under Local the balancer ejects it for that reason alone. */
  readonly emptiesNode: boolean;
  /** What it takes may finish within the pods' termination grace: only what cannot is lost. */
  readonly graceful: boolean;
  readonly notice: Notice | null;
  /** For the schema: what it does, in a few words. */
  readonly words: string;
}

const rows = {
  'power-off': {
    takes: pathPlaces,
    silencesNode: true,
    emptiesNode: false,
    graceful: false,
    notice: null,
    words: 'silence: nothing answers, no FIN, no RST, and the pods are dead behind it',
  },
  unplug: {
    takes: pathPlaces,
    silencesNode: true,
    emptiesNode: false,
    graceful: false,
    notice: null,
    words: 'silence of the network only: the node lives on behind it',
  },
  preempt: {
    takes: pathPlaces,
    silencesNode: true,
    emptiesNode: true,
    graceful: true,
    // Compute Engine gives a preempted VM 30 s (docs, "Preemptible VM instances"); GKE's kubelet has shutdownGracePeriod
    // 30s, of which shutdownGracePeriodCriticalPods 15s (docs, "Spot VMs: termination").
    notice: { ms: 30_000, ordinaryMs: 15_000 },
    words: 'notice of 30 s in which pods end, then the power is cut',
  },
  drain: {
    takes: ['ingress', 'endpoint'],
    silencesNode: false,
    emptiesNode: true,
    graceful: true,
    notice: null,
    words: 'cordon and evict, as kubectl drain does',
  },
  'pod-kill': {
    takes: 'pod',
    silencesNode: false,
    emptiesNode: false,
    graceful: false,
    notice: null,
    words: 'SIGKILL to one pod: the kernel closes its sockets',
  },
} as const satisfies Record<string, FaultTraits>;

export type FaultKind = keyof typeof rows;

/** In the order in which they are shown. */
export const faultKinds = Object.keys(rows) as [FaultKind, ...FaultKind[]];

export const faultTraits: Readonly<Record<FaultKind, FaultTraits>> = rows;
