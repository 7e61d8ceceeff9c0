import type { PolicyName } from '../scenario/schema.ts';

export type TrafficPolicy = 'Cluster' | 'Local';

/** What a strategy may do to the cluster it works on. */
export interface PolicyContext {
  /** Patches `spec.externalTrafficPolicy` of the ingress' Service. Resolves when the API took it. */
  setPolicy(policy: TrafficPolicy): Promise<void>;
}

/** One row of the comparison: how the Service's traffic policy stands, and how it is changed under load. */
export interface Strategy {
  readonly name: PolicyName;
  /** The policy before any load begins. */
  readonly initial: TrafficPolicy;
  /** The policy that clients meet in the end. */
  readonly final: TrafficPolicy;
  /** Changes it under load; null where nothing is changed. */
  readonly switchOver: ((context: PolicyContext) => Promise<void>) | null;
}
