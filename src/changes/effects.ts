import type { Nanoseconds } from '../base/units.ts';
import type { ChangeKind } from './change.ts';
import type { PodTarget } from './kinds/pod.ts';

/** How a node is silenced. off: it is dead behind the silence. unplugged: it lives on. */
export type Silence = 'off' | 'unplugged';

/** Which pods a graceful node shutdown ends first and which last. */
export type PodClass = 'ordinary' | 'critical';

/**
 * What no API offers, done to a node, by presence: a cluster that cannot do one does not have it. Doing one resolves with
 * the monotonic instant right before it began; all clocks count from there.
 */
export interface Effects {
  /** Silence: no FIN, no RST, no SYN-ACK. Undone, the node is Ready at its old address. */
  readonly power?: ChangeKind<{ node: string }, { address: string }, { how: Silence }, Nanoseconds>;
  /** SIGTERM to pods as the kubelet's graceful node shutdown does, SIGKILL after the grace (real milliseconds). */
  readonly shutdownPods?: ChangeKind<
    { node: string },
    null,
    { which: PodClass; graceMs: number },
    Nanoseconds
  >;
  /** SIGKILL to all processes of one pod: the kernel closes its sockets. Undone, the pod is Ready again, or gone. */
  readonly killPod?: ChangeKind<PodTarget, null, Record<string, never>, Nanoseconds>;
}
