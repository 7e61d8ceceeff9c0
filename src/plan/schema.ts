import * as z from 'zod';
import { lanes } from '../base/connections.ts';
import { type ClusterName, providerNames } from '../catalogue/clusters.ts';
import { faultKinds } from '../catalogue/faults.ts';
import { noticeNames } from '../catalogue/notices.ts';
import { internalTrafficPolicies } from '../catalogue/policies.ts';
import { plannedEdge } from '../presets/schema.ts';
import { cloudName, policyName } from '../scenario/schema.ts';
import { plannedIngress, plannedPlacement } from './schema-pods.ts';

/*
 * The plan: one experiment with everything resolved. All durations are milliseconds of cluster time and all
 * rates are per second of cluster time; real time is shorter by `timeScale`.
 * It is in the history's header, so that a report needs nothing else.
 */

const ms = z.number().min(0);
const strings = z.record(z.string(), z.string());

const plannedNode = z.object({
  name: z.string(),
  pool: z.string(),
  preemptible: z.boolean(),
  labels: strings,
  taints: z.array(z.object({ key: z.string(), value: z.string(), effect: z.string() })),
});

export type { PlannedCheck, PlannedEdge, PlannedHttp } from '../presets/schema.ts';
export { faultKinds, plannedEdge, policyName };

/** The ingress' Service, beside its externalTrafficPolicy. */
const plannedService = z.object({
  /** How long a client address stays with its pod, whole seconds as Kubernetes takes them; null: sessionAffinity None. */
  affinitySeconds: z.int().nullable(),
  trafficDistribution: z.enum(['PreferSameNode', 'PreferSameZone', 'PreferClose']).nullable(),
  /** For clients inside the cluster. Histories from before this field had the default. */
  internalTrafficPolicy: z.enum(internalTrafficPolicies).default(internalTrafficPolicies[0]),
  /** loadBalancerSourceRanges; `client`: where the load comes from. Empty: all are let in. */
  sourceRanges: z.array(z.string()).default([]),
});

/** Pods of a cluster that send a load; null context: the kubeconfig's current one. */
const plannedAgents = z.object({
  context: z.string().nullable(),
  namespace: z.string(),
  count: z.int(),
  image: z.string(),
});

const plannedStreams = z.object({
  kind: z.literal('streams'),
  name: z.string(),
  concurrency: z.int(),
  durationMs: ms,
  chunkIntervalMs: ms,
  bodySize: z.int(),
  chunkSize: z.int(),
  rampMs: ms,
  stallMs: ms,
  connectTimeoutMs: ms,
  renew: z.boolean(),
  expectStatus: z.int(),
  /** Absent: this machine sends it. */
  agents: plannedAgents.optional(),
});

const plannedProbe = z.object({
  kind: z.literal('probe'),
  name: z.string(),
  rate: z.number(),
  lanes: z.array(z.enum(lanes)),
  timeoutMs: ms,
  expectStatus: z.int(),
  agents: plannedAgents.optional(),
});

const plannedAutocannon = z.object({
  kind: z.literal('autocannon'),
  name: z.string(),
  /** null: as many as the rate needs if nothing is answered. */
  connections: z.int().nullable(),
  rate: z.number(),
  timeoutMs: ms,
  expectStatus: z.int(),
});

const plannedK6 = z.object({
  kind: z.literal('k6'),
  name: z.string(),
  script: z.string().nullable(),
  vus: z.int(),
  durationMs: ms,
  rate: z.number().nullable(),
  keepAlive: z.boolean(),
  expectStatus: z.int(),
  /** The load is sent by the runners of a TestRun of the k6 operator. */
  agents: plannedAgents.optional(),
  runnerImage: z.string().optional(),
});

const plannedLoad = z.discriminatedUnion('kind', [
  plannedStreams,
  plannedProbe,
  plannedAutocannon,
  plannedK6,
]);

const plannedFault = z.object({
  kind: z.enum(faultKinds),
  target: z.object({
    node: z.string().optional(),
    pool: z.string().optional(),
    labels: strings.optional(),
    zone: z.string().optional(),
    runs: z.enum(['ingress', 'app', 'nothing']).optional(),
    /** How many of the nodes that match; absent: one. */
    count: z.union([z.int(), z.literal('all')]).optional(),
    /** The time from the first of them to the last. Absent: all at once. */
    withinMs: ms.optional(),
  }),
  pod: z.enum(['ingress', 'app']),
  /** Whose notice comes before it; null: none. Histories from before this field lack it: GKE's, of a fault that has one. */
  notice: z.enum(noticeNames).nullable().optional(),
  /** Its parameters (src/catalogue/faults.ts) as numbers. Histories from before this field lack it. */
  parameters: z.record(z.string(), z.number()).optional(),
  /** Program and arguments of what takes a node and of what gives it back, with {name}, {zone} and {providerID} for the node's. */
  commands: z.object({ command: z.array(z.string()), recover: z.array(z.string()) }).optional(),
  trigger: z.object({
    streamsInFlight: z.int(),
    afterMs: ms,
    /** Once this step of a switchover is made; absent: after the switchover. */
    duringStep: z.int().optional(),
  }),
});

const plannedTrial = z.object({
  index: z.int(),
  /** null: a watch, no policy of ours. */
  policy: policyName.nullable(),
  repeat: z.int(),
  /** Seeds every choice of the trial; the same for each policy of one repeat, so that they compare. */
  seed: z.int(),
});

/** One line of the scenario's `expect`. `value` is in `unit`; null policy: all of them. */
const expectation = z.object({
  text: z.string(),
  policy: z.string().nullable(),
  metric: z.string(),
  op: z.enum(['==', '!=', '<', '<=', '>', '>=']),
  value: z.union([z.number(), z.string(), z.boolean()]),
  unit: z.enum(['count', 'seconds', 'share', 'word']),
  line: z.int().nullable(),
});

const plannedTimers = z.object({
  nodeMonitorGraceMs: ms,
  nodeMonitorPeriodMs: ms,
  leaseRenewMs: ms,
  podEvictionMs: ms,
  proxyMinSyncMs: ms,
});

/** The settings for a cluster that is there already. */
const plannedOwnCluster = z.object({
  /** A context of the kubeconfig. */
  context: z.string(),
  service: z.object({ namespace: z.string(), name: z.string() }),
  url: z.string(),
  /** The address to connect to; null: what the URL's name resolves to. */
  address: z.string().nullable(),
  /** What probes ask for; null: the URL's own path. */
  probePath: z.string().nullable(),
  /** The label without which no fault touches a node. */
  optIn: z.object({ key: z.string(), value: z.string() }),
  maxNodes: z.int(),
  deleteEmptydirData: z.boolean(),
  /** Limits over the whole run: the most streams that may be lost, and probes of a lane that may fail; null: any number. */
  maxLost: z.int().nullable(),
  maxFailed: z.int().nullable(),
});

export const providerName = z.enum(providerNames);

/** The plan as the header of a history holds it. A measurement from outside any cluster has none of the optional parts. */
export const plan = z.object({
  experiment: z.string(),
  description: z.string(),
  file: z.string().nullable(),
  /** The scenario's text, for the report. */
  scenario: z.string().optional(),
  provider: providerName,
  cloud: cloudName.optional(),
  seed: z.int(),
  repeats: z.int(),
  timeScale: z.number().min(1),
  nodes: z.array(plannedNode).optional(),
  ingress: plannedIngress.optional(),
  app: plannedPlacement.optional(),
  /** Histories from before this field: no affinity, no preference. */
  service: plannedService.optional(),
  edge: plannedEdge.optional(),
  load: z.array(plannedLoad),
  fault: plannedFault.nullable(),
  trials: z.array(plannedTrial),
  stabilityMs: ms,
  /** Histories from before this field: false. */
  awaitEstablished: z.boolean().optional(),
  observe: z.enum(['full', 'short']).optional(),
  timers: plannedTimers.optional(),
  kubeProxyMode: z.enum(['iptables', 'nftables']).optional(),
  /** Absent: midflight makes the cluster. */
  ownCluster: plannedOwnCluster.optional(),
  images: z
    .object({
      node: z.string().nullable(),
      traefik: z.string().nullable(),
      app: z.string().nullable(),
    })
    .optional(),
  expectations: z.array(expectation),
  /** What was decided for the user, in words: shown by --dry-run and in the report. */
  notices: z.array(z.string()),
  expectedWallSeconds: z.number(),
});

/** What makePlan() makes. */
const experimentPlan = plan.required({
  cloud: true,
  nodes: true,
  ingress: true,
  app: true,
  service: true,
  edge: true,
  observe: true,
  timers: true,
  kubeProxyMode: true,
  images: true,
});

/** The plan of an experiment, or of a watch, which has no cluster. */
export type AnyPlan = z.infer<typeof plan>;
/** The plan of an experiment: every part is there. */
export type Plan = z.infer<typeof experimentPlan> & { readonly provider: ClusterName };
export type PlannedNode = z.infer<typeof plannedNode>;
export type PlannedStreams = z.infer<typeof plannedStreams>;
export type PlannedProbe = z.infer<typeof plannedProbe>;
export type PlannedAutocannon = z.infer<typeof plannedAutocannon>;
export type PlannedK6 = z.infer<typeof plannedK6>;
export type PlannedAgents = z.infer<typeof plannedAgents>;
export type PlannedLoad = z.infer<typeof plannedLoad>;
export type PlannedFault = z.infer<typeof plannedFault>;
export type PlannedTrial = z.infer<typeof plannedTrial>;
export type PlannedOwnCluster = z.infer<typeof plannedOwnCluster>;
export type PlannedTimers = z.infer<typeof plannedTimers>;
export type PlannedPlacement = z.infer<typeof plannedPlacement>;
export type PlannedExpectation = z.infer<typeof expectation>;
