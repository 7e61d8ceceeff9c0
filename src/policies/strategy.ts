import type { PolicyName, PolicyTraits, TrafficPolicy } from '../catalogue/policies.ts';

/** What a switchover may do to the cluster it works on. */
export interface PolicyContext {
  /**
   * Patches `spec.externalTrafficPolicy` of the ingress' Service. Resolves when the API took it, with false if the Service
   * had that policy already.
   */
  setPolicy(policy: TrafficPolicy): Promise<boolean>;
}

/** Changes the policy under load; resolves with whether anything changed. */
export type Switchover = (context: PolicyContext, policy: PolicyTraits) => Promise<boolean>;

/** One row of the comparison: how the Service's traffic policy stands, and how it is changed under load. */
export interface Strategy extends Pick<PolicyTraits, 'initial' | 'final'> {
  readonly name: PolicyName;
  /** Null for a policy that stays. */
  readonly switchOver: ((context: PolicyContext) => Promise<boolean>) | null;
}
