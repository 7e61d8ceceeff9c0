/*
 * How a cluster is arranged for a policy throughout, beside externalTrafficPolicy itself. The steps are in
 * src/policies/arrangements.ts, by the same names.
 */

interface ArrangementTraits {
  /** The nodes that the balancer sends to: all that the policy allows, or those with an ingress pod. */
  readonly reaches: 'as-policy' | 'ingress-nodes';
  /** A connection never leaves the node that the balancer sent it to, whatever the policy says. */
  readonly stays: boolean;
  /** What it costs beside losses, for the report's advice. */
  readonly price: string;
}

const rows = {
  'podless-excluded': {
    reaches: 'ingress-nodes',
    stays: false,
    price:
      "the second hop between ingress nodes stays and the client's address is lost, as under Cluster; whoever moves ingress pods must move the label with them",
  },
  'ingress-everywhere': {
    reaches: 'as-policy',
    stays: false,
    price: 'every node runs an ingress pod, which dies with it',
  },
  'pods-as-targets': {
    reaches: 'ingress-nodes',
    stays: true,
    price:
      'the balancer must be able to send to pods (container-native endpoints, IP targets) or to an ingress with hostNetwork; a pod that ends is sent new connections until the controller has taken it out, so it needs a preStop sleep that outlasts that; with hostNetwork a node holds one pod, and has none in a rollout until the next one is ready',
  },
} as const satisfies Record<string, ArrangementTraits>;

export type ArrangementName = keyof typeof rows;

export const arrangementNames = Object.keys(rows) as [ArrangementName, ...ArrangementName[]];

export const arrangementTraits: Readonly<Record<ArrangementName, ArrangementTraits>> = rows;
