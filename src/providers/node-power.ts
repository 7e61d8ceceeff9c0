import type { NodeName } from '../base/units.ts';
import type { PodClass, Silence } from '../changes/effects.ts';
import type { PodTarget } from '../changes/kinds/pod.ts';

/** What is to be undone: kubelet: it was stopped, and nothing else was done. */
export type Broken = Silence | 'shutdown' | 'kubelet';

/**
 * What a provider does to one node, beneath its effects. Each resolves when it has taken hold, with the monotonic instant right before it
 * began to (all clocks count from there).
 */
export interface NodePower {
  /** Silence: no FIN, no RST, no SYN-ACK, and the node is dead behind it. */
  off(node: NodeName): Promise<number>;
  /** Silence, but the node lives on behind it. */
  unplug(node: NodeName): Promise<number>;
  /** SIGTERM to these pods as the kubelet's graceful node shutdown does, SIGKILL after graceMs (real). Resolves when they ended. */
  shutdownPods(node: NodeName, which: PodClass, graceMs: number): Promise<number>;
  /** Its kubelet is paused; everything that it has started goes on. */
  stopKubelet(node: NodeName): Promise<number>;
  /** SIGKILL to all processes of one pod: the kernel closes its sockets. */
  killPod(pod: PodTarget): Promise<number>;
  /**
   * Undoes any of them but a killed pod, also one that was broken off; resolves when the node is Ready at this address. False:
   * there was nothing to undo.
   */
  on(node: NodeName, how: Broken, address: string): Promise<boolean>;
}
