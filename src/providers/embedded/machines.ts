import { MidflightError } from '../../base/errors.ts';
import type { NodeName } from '../../base/units.ts';
import type { PodTarget } from '../../changes/kinds/pod.ts';
import { signal } from '../processes.ts';
import type { NodeProcess } from './node-process.ts';

/** One embedded node as its hardware. */
export interface Machine {
  readonly name: NodeName;
  /** See NodeProcess. These three throw `internal` for a node that shares its process: it has no power of its own. */
  silence(): Promise<number>;
  wake(): void;
  restart(): Promise<void>;
  shutdownPods(which: 'ordinary' | 'critical', graceMs: number): Promise<number>;
  /** Pauses its kubelet, or lets it go on. Resolves with the instant right before. */
  kubelet(runs: boolean): Promise<number>;
  /** Its kube-proxy keeps its rules, or updates them again. Resolves with the instant right before. */
  kubeProxy(updates: boolean): Promise<number>;
  killPod(pod: PodTarget): number;
  readonly state: NodeProcess['state'];
}

/** A node of that process. */
export function machine(name: NodeName, process: NodeProcess, now: () => number): Machine {
  const { command } = process;
  /** The process, if it is this node's alone. */
  const own = (): NodeProcess => {
    const others = process.nodes.length - 1;
    if (others === 0) return process;
    throw new MidflightError(
      'internal',
      `${name} shares its process with ${others} other node${others === 1 ? '' : 's'}: the plan did not name it as a target`,
    );
  };
  return {
    name,
    get state() {
      return process.state;
    },
    silence: async () => own().silence(),
    wake: () => own().wake(),
    restart: async () => own().restart(),
    shutdownPods: (which, graceMs) => command({ type: 'shutdown-pods', node: name, which, graceMs }),
    kubelet: (runs) => command({ type: 'kubelet', node: name, runs }),
    kubeProxy: (updates) => command({ type: 'kube-proxy', node: name, updates }),
    killPod(pod) {
      const victim = process.pods(name).find(({ uid }) => uid === pod.uid);
      if (victim === undefined)
        throw new MidflightError('fault-failed', `pod ${pod.name} has no process on ${name}`);
      const at = now();
      signal(victim.pid, 'SIGKILL');
      return at;
    },
  };
}
