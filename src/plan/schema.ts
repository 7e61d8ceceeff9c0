import * as z from 'zod';
import { lanes } from '../base/connections.ts';
import { faultKinds } from '../catalogue/faults.ts';
import { noticeNames } from '../catalogue/notices.ts';
import { plannedEdge } from '../presets/schema.ts';
import { cloudName, policyName } from '../scenario/schema.ts';

/*
 * The plan: one experiment with everything resolved. All durations are milliseconds of cluster time and all
 * rates are per second of cluster time; `timeScale` says by how much real time is shorter.
 * It stands in the history's header, so that a report needs nothing else.
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

export type { PlannedCheck, PlannedEdge } from '../presets/schema.ts';
export { faultKinds, plannedEdge, policyName };

const intOrShare = z.union([z.int(), z.string()]);

const plannedPlacement = z.object({
  kind: z.enum(['Deployment', 'DaemonSet']),
  replicas: z.int(),
  nodeSelector: strings,
  tolerations: z.array(
    z.object({
      key: z.string().optional(),
      operator: z.enum(['Exists', 'Equal']),
      value: z.string().optional(),
      effect: z.string().optional(),
    }),
  ),
  terminationGraceMs: ms,
  /** The container serves on for this long before SIGTERM; part of the grace period. 0: no hook. */
  preStopMs: ms.default(0),
  /** From the container's start until it listens. */
  startDelayMs: ms.default(0),
  /** Of a rollout; absent: Kubernetes' own (a Deployment 25 % and 25 %, a DaemonSet 0 and 1). */
  strategy: z.object({ maxSurge: intOrShare.optional(), maxUnavailable: intOrShare.optional() }).optional(),
  /** How long a new pod must have been ready before the next one is replaced. Absent: 0. */
  minReadyMs: ms.optional(),
});

const plannedIngress = plannedPlacement.extend({
  allowList: z.array(z.string()),
  graceTimeOutMs: ms,
  requestAcceptGraceTimeoutMs: ms,
  readinessPeriodMs: ms,
  /** The readiness probe, beside its period. Histories from before this field had these values. */
  readiness: z
    .object({ initialDelayMs: ms, timeoutMs: ms, failureThreshold: z.int(), successThreshold: z.int() })
    .default({ initialDelayMs: 0, timeoutMs: 2000, failureThreshold: 1, successThreshold: 1 }),
  trustedIPs: z.array(z.string()),
});

/** The ingress' Service, beside its externalTrafficPolicy. */
const plannedService = z.object({
  /** How long a client address stays with its pod, whole seconds as Kubernetes takes them; null: sessionAffinity None. */
  affinitySeconds: z.int().nullable(),
  trafficDistribution: z.enum(['PreferSameNode', 'PreferSameZone', 'PreferClose']).nullable(),
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
});

const plannedProbe = z.object({
  kind: z.literal('probe'),
  name: z.string(),
  rate: z.number(),
  lanes: z.array(z.enum(lanes)),
  timeoutMs: ms,
  expectStatus: z.int(),
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
    runs: z.enum(['ingress', 'app', 'nothing']).optional(),
    /** How many of the nodes that match; absent: one. */
    count: z.union([z.int(), z.literal('all')]).optional(),
    /** From the first of them to the last. Absent: all at once. */
    withinMs: ms.optional(),
  }),
  pod: z.enum(['ingress', 'app']),
  /** Whose notice comes before it; null: none. Histories from before this field lack it: GKE's, of a fault that has one. */
  notice: z.enum(noticeNames).nullable().optional(),
  /** Its parameters (src/catalogue/faults.ts) as numbers. Histories from before this field lack it. */
  parameters: z.record(z.string(), z.number()).optional(),
  trigger: z.object({ streamsInFlight: z.int(), afterMs: ms }),
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

export const providerName = z.enum(['embedded', 'kind', 'context', 'watch']);

/** As the header of a history holds it. What is optional a measurement from outside any cluster has no part in. */
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

/** Of an experiment, or of a watch, which has no cluster. */
export type AnyPlan = z.infer<typeof plan>;
/** Of an experiment: every part is there. */
export type Plan = z.infer<typeof experimentPlan>;
export type PlannedNode = z.infer<typeof plannedNode>;
export type PlannedStreams = z.infer<typeof plannedStreams>;
export type PlannedProbe = z.infer<typeof plannedProbe>;
export type PlannedAutocannon = z.infer<typeof plannedAutocannon>;
export type PlannedK6 = z.infer<typeof plannedK6>;
export type PlannedLoad = z.infer<typeof plannedLoad>;
export type PlannedFault = z.infer<typeof plannedFault>;
export type PlannedTrial = z.infer<typeof plannedTrial>;
export type PlannedTimers = z.infer<typeof plannedTimers>;
export type PlannedPlacement = z.infer<typeof plannedPlacement>;
export type PlannedExpectation = z.infer<typeof expectation>;
