/*
 * Why a request was lost, as data. How the cause is found from a request's path is in src/analysis/build/attribution.ts.
 */

/** What a cause belongs to: something that was done to the cluster's policy, to a node, or whatever came last. */
type CauseOf = 'switchover' | 'fault' | 'latest';

interface CauseTraits {
  /** A loss of this cause belongs to the latest disturbance of this kind before it. */
  readonly of: CauseOf;
  /** The cause's entry in the glossary. */
  readonly meaning: string;
}

const rows = {
  transit: {
    of: 'fault',
    meaning:
      'Lost because the dead node passed the connection on. A policy that keeps connections on their node would have spared it.',
  },
  ingress: { of: 'fault', meaning: 'Lost because the dead node ran its ingress pod.' },
  endpoint: { of: 'fault', meaning: 'Lost because the dead node ran its app pod.' },
  switchover: { of: 'switchover', meaning: 'Lost to a change of the policy, not to the death of a node.' },
  'no-target': { of: 'latest', meaning: 'The load balancer had no healthy node to send it to.' },
  'source-ranges': {
    of: 'latest',
    meaning: "Its client's address is not in the Service's loadBalancerSourceRanges.",
  },
  unattributed: { of: 'latest', meaning: 'Lost, and the recorded path does not show why.' },
} as const satisfies Record<string, CauseTraits>;

export type Cause = keyof typeof rows;
export const causes = Object.keys(rows) as [Cause, ...Cause[]];
export const causeTraits: Readonly<Record<Cause, CauseTraits>> = rows;
