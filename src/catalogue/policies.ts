/*
 * What each policy of a scenario means, as data. How a switchover is carried out is in src/policies, by the same names.
 */

/** A value of `spec.externalTrafficPolicy`. */
export const trafficPolicies = ['Cluster', 'Local'] as const;
export type TrafficPolicy = (typeof trafficPolicies)[number];

/** Something for each of them. */
export const perTrafficPolicy = <T>(of: (policy: TrafficPolicy) => T): Record<TrafficPolicy, T> => ({
  Cluster: of('Cluster'),
  Local: of('Local'),
});

export interface TrafficPolicyTraits {
  /** Only nodes with a ready pod take connections, and a connection never leaves the node that took it. */
  readonly staysOnNode: boolean;
  /** For the glossary. Source: Kubernetes' docs, "Virtual IPs and service proxies". */
  readonly meaning: string;
}

const trafficRows: Readonly<Record<TrafficPolicy, TrafficPolicyTraits>> = {
  Cluster: {
    staysOnNode: false,
    meaning: 'A value of externalTrafficPolicy: any node passes a connection on to any pod.',
  },
  Local: {
    staysOnNode: true,
    meaning:
      'A value of externalTrafficPolicy: a node gives connections only to its own pods, and the load balancer sends none to a node without one.',
  },
};

export const trafficMeaning = (policy: TrafficPolicy): string => trafficRows[policy].meaning;

/** Whether a connection never leaves the node that the balancer sent it to. */
export const staysOnNode = (policy: TrafficPolicy): boolean => trafficRows[policy].staysOnNode;

/** Ways to change a policy under load; each is a file of src/policies. */
export type SwitchoverName = 'in-place';

export interface PolicyTraits {
  /** Of the Service before any load begins. */
  readonly initial: TrafficPolicy;
  /** What clients meet in the end. */
  readonly final: TrafficPolicy;
  /** How it is changed under load; null: it is not. */
  readonly switchover: SwitchoverName | null;
  /** For --help and the schema. */
  readonly words: string;
}

const rows = {
  Cluster: {
    initial: 'Cluster',
    final: 'Cluster',
    switchover: null,
    words: 'any node takes a connection and may pass it on to a pod elsewhere; the default',
  },
  Local: {
    initial: 'Local',
    final: 'Local',
    switchover: null,
    words: 'only nodes with a ready ingress pod take connections, and keep them on the node',
  },
  'Cluster->Local': {
    initial: 'Cluster',
    final: 'Local',
    switchover: 'in-place',
    words: 'one live patch under load, as people do it',
  },
  'Local->Cluster': {
    initial: 'Local',
    final: 'Cluster',
    switchover: 'in-place',
    words: 'the way back, by the same live patch',
  },
} as const satisfies Record<string, PolicyTraits>;

export type PolicyName = keyof typeof rows;

export const isPolicyName = (name: string): name is PolicyName => Object.hasOwn(rows, name);

/** In the order in which they are shown. */
export const policyNames = Object.keys(rows) as [PolicyName, ...PolicyName[]];

export const policies: Readonly<Record<PolicyName, PolicyTraits>> = rows;

/** Of a trial without a policy (`midflight watch`) as of the default. */
export const policyTraits = (name: PolicyName | null): PolicyTraits => policies[name ?? 'Cluster'];

/** Whether the policy is changed under load. */
export const isSwitchover = (name: PolicyName | null): boolean => policyTraits(name).switchover !== null;
