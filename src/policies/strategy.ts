import type { Nanoseconds } from '../base/units.ts';
import type { PolicyName, PolicyTraits } from '../catalogue/policies.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import type { BalancerSight, NodeSight } from './sight.ts';

/** What a switchover knows of the cluster it works on, and how it changes it. */
export interface SwitchoverContext {
  /** Every change goes through here: each is undone at the end of the trial, the last first. */
  readonly changes: Pick<ChangeLog, 'make'>;
  readonly service: { readonly namespace: string; readonly name: string };
  readonly edge: PlannedEdge;
  /** Null: nothing shows what the balancer does. */
  readonly balancer: BalancerSight | null;
  /** The nodes that may be targets, as the API has them now. */
  nodes(): Promise<NodeSight[]>;
  /** The Service's ports, as the API has them now. */
  ports(): Promise<{ readonly nodePort: number | null; readonly healthCheckNodePort: number | null }>;
  now(): Nanoseconds;
  /** How long a node without a new connection proves that it gets none: `stability`. */
  readonly quietNs: Nanoseconds;
}

/** Evidence that a step has taken hold. It is looked at after every event. */
export interface Evidence {
  /** What is waited for, in words: "the balancer to check port 31234". */
  readonly what: string;
  seen(): boolean;
}

/** One step: its changes, and the evidence without which the next one must not begin. */
export interface Step {
  /** One word or two: "exclude", "flip". */
  readonly name: string;
  /** Makes the changes. Null: there is nothing to wait for. */
  make(context: SwitchoverContext): Promise<Evidence | null>;
}

/** What must hold before anything is changed. */
export interface Precondition {
  readonly name: string;
  /** Why it does not hold; null: it does. */
  broken(context: SwitchoverContext): Promise<string | null>;
}

/** A way to change the policy under load. */
export interface Switchover {
  readonly preconditions: readonly Precondition[];
  steps(policy: Pick<PolicyTraits, 'initial' | 'final'>, edge: PlannedEdge): readonly Step[];
}

/** One row of the comparison: how the Service's traffic policy stands, and how it is changed under load. */
export interface Strategy extends Pick<PolicyTraits, 'initial' | 'final'> {
  readonly name: PolicyName;
  /** Null for a policy that stays. */
  readonly switchOver: {
    readonly preconditions: readonly Precondition[];
    readonly steps: readonly Step[];
  } | null;
}
