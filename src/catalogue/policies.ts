import type { ArrangementName } from './arrangements.ts';
import { type SwitchoverName, switchoverNames, switchovers } from './switchovers.ts';

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

/** Values of `spec.internalTrafficPolicy`, for clients inside the cluster; the default first. */
export const internalTrafficPolicies = ['Cluster', 'Local'] as const;

interface TrafficPolicyTraits {
  /** Only nodes with a ready pod take connections, and a connection never leaves the node that took it. */
  readonly staysOnNode: boolean;
  /** Its entry in the glossary. Source: Kubernetes' docs, "Virtual IPs and service proxies". */
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

export interface PolicyTraits {
  /** The Service's policy before any load begins. */
  readonly initial: TrafficPolicy;
  /** What clients meet in the end. */
  readonly final: TrafficPolicy;
  /** How it is changed under load; null: it is not. */
  readonly switchover: SwitchoverName | null;
  /** The Service's trafficDistribution throughout; null: as the scenario's `service` has it. */
  readonly trafficDistribution: 'PreferSameNode' | null;
  /** What a switchover sets trafficDistribution to; absent: it leaves it alone. */
  readonly becomes?: 'PreferSameNode';
  /** What else is arranged throughout; absent: nothing. */
  readonly arrangement?: ArrangementName;
  /** For --help and the schema. */
  readonly words: string;
}

const constant = {
  Cluster: {
    initial: 'Cluster',
    final: 'Cluster',
    switchover: null,
    trafficDistribution: null,
    words: 'any node takes a connection and may pass it on to a pod elsewhere; the default',
  },
  Local: {
    initial: 'Local',
    final: 'Local',
    switchover: null,
    trafficDistribution: null,
    words: 'only nodes with a ready ingress pod take connections, and keep them on the node',
  },
  'Cluster+PreferSameNode': {
    initial: 'Cluster',
    final: 'Cluster',
    switchover: null,
    trafficDistribution: 'PreferSameNode',
    words:
      'as Cluster, but a node with a ready ingress pod keeps what it takes (trafficDistribution); the others still pass on',
  },
  'Cluster+ExcludeLabel': {
    initial: 'Cluster',
    final: 'Cluster',
    switchover: null,
    trafficDistribution: null,
    arrangement: 'podless-excluded',
    words: 'as Cluster, but nodes without an ingress pod are kept out of the balancer by the exclude label',
  },
  'Local+DaemonSet': {
    initial: 'Local',
    final: 'Local',
    switchover: null,
    trafficDistribution: null,
    arrangement: 'ingress-everywhere',
    words: 'as Local, with an ingress pod on every node',
  },
  'Cluster+PodDirect': {
    initial: 'Cluster',
    final: 'Cluster',
    switchover: null,
    trafficDistribution: null,
    arrangement: 'pods-as-targets',
    words: 'the balancer sends to the ingress pods themselves, past every node port; the policy is moot',
  },
} as const satisfies Record<string, PolicyTraits>;

const directions = {
  'Cluster->Local': { initial: 'Cluster', final: 'Local' },
  'Local->Cluster': { initial: 'Local', final: 'Cluster' },
} as const;
type Direction = keyof typeof directions;

/** `Cluster->Local` is in place; every other way follows a slash. */
type SwitchoverPolicy = Direction | `${Direction}/${Exclude<SwitchoverName, 'in-place'>}`;
export type PolicyName = keyof typeof constant | SwitchoverPolicy | keyof typeof besides;

export const switchoverPolicy = (direction: Direction, name: SwitchoverName): SwitchoverPolicy =>
  name === 'in-place' ? direction : `${direction}/${name}`;

const directionNames = Object.keys(directions) as [Direction, ...Direction[]];

const changing = switchoverNames.flatMap((switchover) =>
  directionNames.map((direction) => ({
    name: switchoverPolicy(direction, switchover),
    traits: {
      ...directions[direction],
      switchover,
      trafficDistribution: null,
      words: switchovers[switchover].words,
    },
  })),
);

/** Changes of a live Service that leave externalTrafficPolicy alone. */
const besides = {
  'Cluster->Cluster+PreferSameNode': {
    initial: 'Cluster',
    final: 'Cluster',
    switchover: 'in-place',
    trafficDistribution: null,
    becomes: 'PreferSameNode',
    words: 'trafficDistribution: PreferSameNode is set on a live Service in one patch; the policy stays',
  },
} as const satisfies Record<string, PolicyTraits>;

/** The policies' names, in the order in which they are shown. */
export const policyNames = [
  ...Object.keys(constant),
  ...changing.map(({ name }) => name),
  ...Object.keys(besides),
] as [PolicyName, ...PolicyName[]];

export const policies = {
  ...constant,
  ...Object.fromEntries(changing.map(({ name, traits }) => [name, traits])),
  ...besides,
} as Readonly<Record<PolicyName, PolicyTraits>>;

export const isPolicyName = (name: string): name is PolicyName => Object.hasOwn(policies, name);

/** The traits of a policy; a trial without one (`midflight watch`) has those of the default. */
export const policyTraits = (name: PolicyName | null): PolicyTraits => policies[name ?? 'Cluster'];

/** Whether the policy is changed under load. */
export const isSwitchover = (name: PolicyName | null): boolean => policyTraits(name).switchover !== null;

/** Whether externalTrafficPolicy itself is changed under load. */
export const changesPolicy = (name: PolicyName): boolean => policies[name].initial !== policies[name].final;
