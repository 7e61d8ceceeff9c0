import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import type { Nanoseconds, NodeName } from '../base/units.ts';
import type { PolicyName, PolicyTraits, TrafficPolicy } from '../catalogue/policies.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import type { BalancerSight, NodeSight } from './sight.ts';

/** A second balancer in front of a second Service. */
interface SecondBalancer {
  /** Makes one for this Service of the same namespace; resolves, once it listens, with what it is seen to do. */
  begin(service: string): Promise<BalancerSight>;
  /** The one that clients came from. */
  readonly first: BalancerSight;
  /** Whether a pod has taken a connection through this node to the port of the second Service. */
  passes(node: NodeName): boolean;
  /** New connections go to it from now on. */
  moveClients(): void;
}

/** What a switchover knows of the cluster it works on, and how it changes it. */
export interface SwitchoverContext {
  /** Every change goes through here: each is undone at the end of the trial, the last first. */
  readonly changes: Pick<ChangeLog, 'make'>;
  readonly service: { readonly namespace: string; readonly name: string };
  readonly edge: PlannedEdge;
  /** The policy that it is to have in the end. */
  readonly final: TrafficPolicy;
  /** Null: nothing shows what the balancer does. */
  readonly balancer: BalancerSight | null;
  /** The nodes with a ready ingress pod. */
  readyIngress(): ReadonlySet<NodeName>;
  /** The API has the node as not Ready, or no longer at all: nothing comes up there. */
  isLost(node: NodeName): boolean;
  /** The nodes that may be targets, as the API has them now. */
  nodes(): Promise<NodeSight[]>;
  /** The other Services behind load balancers under Local, with the nodes that serve each: the exclude label is for them too. */
  others(): Promise<readonly { readonly service: string; readonly nodes: readonly NodeName[] }[]>;
  /** What the ingress pods are made from, as their controller has it now; null: nothing that can be copied. */
  ingressTemplate(): Promise<V1PodTemplateSpec | null>;
  /** Whether a node counts as left only when its last open connection has ended. */
  readonly awaitEstablished: boolean;
  /** A second balancer, and clients that can be moved to it. Null: there is none, or they cannot. */
  readonly second: SecondBalancer | null;
  /** A Service with this name and policy that is otherwise as the Service is, without what the API chose for that. */
  serviceLike(name: string, policy: TrafficPolicy): Promise<object>;
  /** The ports of the Service, or of another by its name, as the API has them now. */
  ports(
    name?: string,
  ): Promise<{ readonly nodePort: number | null; readonly healthCheckNodePort: number | null }>;
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
  steps(policy: Pick<PolicyTraits, 'initial' | 'final' | 'becomes'>, edge: PlannedEdge): readonly Step[];
}

/** What is changed, if its preconditions hold. */
export interface StepsTaken {
  readonly preconditions: readonly Precondition[];
  readonly steps: readonly Step[];
}

/** One row of the comparison: the Service's traffic policy, and how it is changed under load. */
export interface Strategy extends Pick<PolicyTraits, 'initial' | 'final' | 'trafficDistribution'> {
  readonly name: PolicyName;
  /** What is arranged before any load begins, and undone after it. Null: nothing. */
  readonly arrangement: StepsTaken | null;
  /** Null for a policy that stays. */
  readonly switchOver: StepsTaken | null;
}
