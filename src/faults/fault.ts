import { MidflightError } from '../base/errors.ts';
import type { Milliseconds, Nanoseconds, NodeName } from '../base/units.ts';
import type { FaultKind } from '../catalogue/faults.ts';
import type { NoticeTraits } from '../catalogue/notices.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import type { Effects } from '../changes/effects.ts';
import type { PodTarget } from '../changes/kinds/pod.ts';

/** A pod on a node. `ownerKind`: of the controller that made it. */
export interface NodePod extends PodTarget {
  readonly ownerKind: string | null;
}

/** What a fault may use. All waiting is in cluster time. */
export interface FaultContext {
  /** What it does goes through here, so that whatever happens it is undone. */
  readonly changes: Pick<ChangeLog, 'make'>;
  readonly effects: Effects;
  /** Pods of the workload on a node, in no order. */
  podsOn(node: NodeName, of: 'ingress' | 'app' | 'all'): Promise<NodePod[]>;
  /** Which pod a fault that takes pods takes. */
  readonly pod: 'ingress' | 'app';
  /** What a fault with a notice plays before it; null: none. */
  readonly terms: NoticeTraits | null;
  /** The value of one of its parameters (src/catalogue/parameters.ts): the scenario's, or the default. */
  parameter(name: string): number;
  /**
   * The two commands of a fault that is done by them, for this node. Throws `cluster-failed` if they name something that the node
   * has not.
   */
  commands(node: NodeName): Promise<{ readonly command: string[]; readonly recover: string[] }>;
  /** All live pods of the workload that the fault takes pods of, in no order. */
  workloadPods(): Promise<NodePod[]>;
  readonly workload: { readonly namespace: string; readonly labelSelector: string };
  /** When the API first showed that a pod was to end, or was gone; null: it has not. */
  endingSince(pod: string): Nanoseconds | null;
  /** Waits until `done` holds; false at the limit (cluster time). */
  until(done: () => boolean, limitMs: Milliseconds, what: string): Promise<boolean>;
  /** One of several parts of the fault: a pod that is taken. */
  step(at: Nanoseconds, pod: NodePod): void;
  now(): Nanoseconds;
  /** Sleeps; rejects when the run is interrupted. */
  sleep(ms: Milliseconds): Promise<void>;
  /** Real milliseconds of a cluster time. */
  realMs(ms: Milliseconds): number;
  /** Records the notice before a fault: `begin` when the node receives it, `done` when its grace period has ended. */
  notice(moment: 'begin' | 'done', at: Nanoseconds, detail: string): void;
  /**
   * Must be called once, with the instant right before the node began to change: the fault's clocks count from it. `pods`: the
   * names of those that it takes, of a fault that takes pods.
   */
  began(at: Nanoseconds, detail: string, pods?: readonly string[]): void;
}

/** What a fault took. */
export interface FaultEffect {
  /** Nodes silenced, pods killed or pods evicted; 0: the fault took no hold. */
  readonly affected: number;
  readonly detail: string;
  /** New connections fail until it is undone, some or all of them, and nobody waits for all of them to succeed. */
  readonly lasts?: boolean;
}

interface AnyFault {
  readonly kind: FaultKind;
  /** Effects that it cannot do without: on a cluster that lacks one it is refused. */
  readonly needs: readonly (keyof Effects)[];
  /** Why a cluster of ours does not offer them, for the refusal. */
  readonly lacking?: string;
}

/** One way in which a node, or a pod on it, ends. It is undone by unwinding its changes. */
export interface NodeFault extends AnyFault {
  /** What must be so before any load begins; the balancer settles after it. Undone with the rest. */
  prepare?(changes: FaultContext['changes'], node: NodeName): Promise<void>;
  /** Resolves when it has taken hold. */
  inject(context: FaultContext, node: NodeName): Promise<FaultEffect>;
}

/** What is done to the pods of a workload, wherever they run. */
export interface WorkloadFault extends AnyFault {
  /** Resolves when it has taken hold of all of them. */
  injectAll(context: FaultContext): Promise<FaultEffect>;
}

export type Fault = NodeFault | WorkloadFault;

/** An effect that the fault cannot do without. Throws `fault-failed` if this cluster does not offer it. */
export function needed<K extends keyof Effects>(effects: Effects, name: K): NonNullable<Effects[K]> {
  const effect = effects[name];
  if (effect !== undefined) return effect;
  throw new MidflightError('fault-failed', `this cluster offers no way to inject it (${name})`, {
    hint: 'use drain or pod deletion there, or run it on embedded or kind',
  });
}
