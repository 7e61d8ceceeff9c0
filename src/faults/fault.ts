import type { CoreV1Api } from '@kubernetes/client-node';
import type { Milliseconds, Nanoseconds, NodeName } from '../base/units.ts';
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
  /** To be called once, with the instant right before the node began to change: all clocks count from it. */
  began(at: Nanoseconds, detail: string): void;
}

/** One way in which a node, or a pod on it, ends. */
export interface Fault {
  readonly kind: FaultKind;
  /** The node answers nobody afterwards: Kubernetes will mark it NotReady and the edge will eject it. */
  readonly silencesNode: boolean;
  /** The node's pods move elsewhere or end: under Local the edge ejects it for that reason alone. */
  readonly emptiesNode: boolean;
  /** Resolves when it has taken hold. */
  inject(context: FaultContext, node: NodeName): Promise<void>;
  /** Undoes it; resolves when the node is Ready (or the pod runs) again. Safe to call where inject() failed halfway. */
  recover(context: FaultContext, node: NodeName): Promise<void>;
}
