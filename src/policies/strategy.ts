import type { PolicyName } from '../scenario/schema.ts';

export type TrafficPolicy = 'Cluster' | 'Local';

/** What a strategy may do to the cluster it works on. */
export interface PolicyContext {
  /**
   * Patches `spec.externalTrafficPolicy` of the ingress' Service. Resolves when the API took it, with false if the Service
   * had that policy already.
   */
  setPolicy(policy: TrafficPolicy): Promise<boolean>;
}

/** One row of the comparison: how the Service's traffic policy stands, and how it is changed under load. */
export interface Strategy {
  readonly name: PolicyName;
  /** The policy before any load begins. */
  readonly initial: TrafficPolicy;
  /** The policy that clients meet in the end. */
  readonly final: TrafficPolicy;
  /** Changes it under load and resolves with whether anything changed; null for a policy that stays. */
  readonly switchOver: ((context: PolicyContext) => Promise<boolean>) | null;
}
