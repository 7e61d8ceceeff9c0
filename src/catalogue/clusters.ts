/*
 * The kinds of clusters that an experiment may run on, as data. How each is made and reached is in src/providers, in a
 * folder of the same name.
 */

/** Options of `midflight run` that only some clusters take. */
export const clusterOptions = [
  'keep',
  'reuse',
  'kindConfig',
  'kubeconfig',
  'allowChanges',
  'header',
  'headerFile',
] as const;
export type ClusterOption = (typeof clusterOptions)[number];

/** Keys of a scenario's block for one cluster that only some have a use for. */
export const clusterKeys = [
  'kubeProxyMode',
  'images',
  'service',
  'url',
  'address',
  'probePath',
  'optIn',
  'maxNodes',
  'deleteEmptydirData',
  'maxLost',
  'maxFailed',
] as const;
type ClusterKey = (typeof clusterKeys)[number];

export interface ClusterTraits {
  /** What the scenario's block of this name is for, in the schema. */
  readonly words: string;
  /** midflight makes it. Else it is somebody's, with a balancer and a workload of its own: they are read before the plan is made. */
  readonly made: boolean;
  /** Its time may be faster than real time (timeScale), so instants in it are exact to the timers that are compressed. */
  readonly compressesTime: boolean;
  /** Its nodes and pods are processes of this machine: how many there is room for is known (src/plan/capacity.ts). */
  readonly madeOfProcesses: boolean;
  /** Its ingress is our model, whose connections to the app can be set. */
  readonly modelIngress: boolean;
  /** A fault takes hold at the instant that is recorded; else within a chunk of a stream. */
  readonly faultsAtOnce: boolean;
  /** Our balancer reaches the pods' own addresses, so they may be its targets. */
  readonly reachesPods: boolean;
  /** Some of its components take timers in whole seconds only. */
  readonly wholeSeconds: boolean;
  /** How long it takes from nothing to a cluster that serves, seconds; measured on two cores. */
  readonly startSeconds: number;
  /** Process starts and waits between two trials, seconds of real time. */
  readonly perTrialSeconds: number;
  /** A node's start, beside what the scenario's own delays take. Milliseconds of cluster time. */
  readonly nodeStartMs: number;
  /**
   * How pods of another cluster can send load to it: from their nodes' addresses, which is what the edge's log names, or from
   * any. Null: they cannot.
   */
  readonly agents: 'host-network' | 'any' | null;
  readonly options: readonly ClusterOption[];
  readonly keys: readonly ClusterKey[];
}

const rows = {
  embedded: {
    words: 'On the embedded cluster',
    made: true,
    compressesTime: true,
    madeOfProcesses: true,
    modelIngress: true,
    faultsAtOnce: true,
    reachesPods: true,
    wholeSeconds: false,
    startSeconds: 4,
    perTrialSeconds: 0.7,
    nodeStartMs: 5000,
    agents: null, // it is on loopback
    options: [],
    keys: [],
  },
  kind: {
    words: 'On kind',
    made: true,
    compressesTime: false,
    madeOfProcesses: false,
    modelIngress: false,
    faultsAtOnce: false,
    reachesPods: false,
    wholeSeconds: true,
    startSeconds: 60,
    perTrialSeconds: 8,
    nodeStartMs: 15_000,
    agents: 'host-network',
    options: ['keep', 'reuse', 'kindConfig'],
    keys: ['kubeProxyMode', 'images'],
  },
  context: {
    words: 'On a cluster of yours ([own-cluster.md](own-cluster.md))',
    made: false,
    compressesTime: false,
    madeOfProcesses: false,
    modelIngress: false,
    faultsAtOnce: false,
    reachesPods: false,
    wholeSeconds: false,
    startSeconds: 5,
    perTrialSeconds: 5,
    nodeStartMs: 15_000,
    agents: 'any',
    options: ['kubeconfig', 'allowChanges', 'header', 'headerFile'],
    keys: [
      ...['service', 'url', 'address', 'probePath', 'optIn', 'maxNodes', 'deleteEmptydirData'],
      ...['maxLost', 'maxFailed'],
    ],
  },
} as const satisfies Record<string, ClusterTraits>;

type Rows = typeof rows;
export type ClusterName = keyof Rows;
/** Those that midflight makes. */
export type MadeClusterName = {
  [Name in ClusterName]: Rows[Name]['made'] extends true ? Name : never;
}[ClusterName];

export const clusters: Readonly<Record<ClusterName, ClusterTraits>> = rows;

export const clusterNames = Object.keys(rows) as [ClusterName, ...ClusterName[]];
const isMade = (name: ClusterName): name is MadeClusterName => clusters[name].made;
export const madeClusterNames = clusterNames.filter(isMade);
/** Somebody's own: `--cluster context:NAME` names which. */
export const ownClusterNames = clusterNames.filter((name) => !isMade(name));

/** What a plan or a history may name as its provider: a cluster, or none (`midflight watch`). */
export const providerNames = [...clusterNames, 'watch'] as const;
type ProviderName = (typeof providerNames)[number];

/** The traits of what was measured; null: no cluster was asked. */
export const clusterTraits = (provider: ProviderName): ClusterTraits | null =>
  provider === 'watch' ? null : clusters[provider];
