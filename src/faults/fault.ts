import type { CoreV1Api } from '@kubernetes/client-node';
import type { Milliseconds, Nanoseconds, NodeName } from '../base/units.ts';
import type { FaultShape } from '../plan/fault-shape.ts';
import type { NodePower, PodRef } from '../providers/provider.ts';
import type { FaultKind } from '../scenario/schema.ts';

/** What a fault may use. All waiting is in cluster time. */
export interface FaultContext {
  readonly power: NodePower;
  readonly core: CoreV1Api;
  /** Pods of the workload on a node, in no order. */
  podsOn(node: NodeName, of: 'ingress' | 'app' | 'all'): Promise<PodRef[]>;
  /** Which pod `pod-kill` kills. */
  readonly pod: 'ingress' | 'app';
  now(): Nanoseconds;
  /** Sleeps; rejects when the run is interrupted. */
  sleep(ms: Milliseconds): Promise<void>;
  /** Real milliseconds of a cluster time. */
  realMs(ms: Milliseconds): number;
  /** A notice before the fault: the instant at which the node was told, and the end of the time that it was given. */
  notice(moment: 'begin' | 'done', at: Nanoseconds, detail: string): void;
  /** To be called once, with the instant right before the node began to change: the fault's clocks count from it. */
  began(at: Nanoseconds, detail: string): void;
}

/** What a fault took. */
export interface Hold {
  /** Nodes silenced, pods killed or pods evicted; 0: the fault took no hold. */
  readonly affected: number;
  readonly detail: string;
}

/** One way in which a node, or a pod on it, ends. */
export interface Fault extends FaultShape {
  readonly kind: FaultKind;
  /** Resolves when it has taken hold. */
  inject(context: FaultContext, node: NodeName): Promise<Hold>;
  /** Undoes it; resolves when the node is Ready (or the pod runs) again. Safe to call where inject() failed halfway. */
  recover(context: FaultContext, node: NodeName): Promise<void>;
}
