import { z } from 'zod';
import { parseDuration } from '../base/units.ts';
import { metrics } from './expectation.ts';

/*
 * The scenario file, as a person writes it. Durations are of cluster time ("10s", "1m30s", "250ms").
 * Nothing is resolved here: src/plan fills in presets and timers, and says which.
 */

export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, { error: 'a duration such as 250ms, 10s or 1m30s' })
  .meta({ pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h))+$', examples: ['250ms', '10s', '1m30s'] });

const labels = z.record(z.string(), z.string());
const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, {
  error: 'lower-case letters, digits and dashes, at most 40',
});

const effect = z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']);

const taint = z.strictObject({
  key: z.string().describe("The taint's key"),
  value: z.string().default('').describe("The taint's value"),
  effect: effect.default('NoSchedule').describe('What it does to pods that do not tolerate it'),
});

export const cloudNames = ['gke', 'eks', 'aks'] as const;
export const cloudName = z.enum(cloudNames);

const pool = z.strictObject({
  name: name.describe('Nodes are named after it: stable-0, stable-1, …'),
  count: z.int().min(1).max(40).describe('How many nodes'),
  preemptible: z
    .boolean()
    .default(false)
    .describe("Gives the nodes the real labels of the cloud's preemptible or spot nodes"),
  labels: labels.default({}).describe('Labels of its nodes; midflight.dev/pool is always among them'),
  taints: z.array(taint).default([]).describe('Taints of its nodes'),
});

const toleration = z.strictObject({
  key: z.string().optional().describe('The key of the taint; none: all taints'),
  operator: z.enum(['Exists', 'Equal']).default('Exists').describe('Equal compares the value as well'),
  value: z.string().optional().describe('The value of the taint, for Equal'),
  effect: effect.optional().describe('The effect of the taint; none: every effect'),
});

const placement = {
  kind: z.enum(['Deployment', 'DaemonSet']).default('Deployment').describe('What runs the pods'),
  replicas: z
    .int()
    .min(1)
    .max(40)
    .default(2)
    .describe('Of a Deployment; a DaemonSet runs on each node that fits'),
  nodeSelector: labels.default({}).describe('Labels of the nodes that may run it'),
  tolerations: z.array(toleration).default([]).describe('Taints that its pods tolerate'),
  terminationGracePeriod: duration.default('60s').describe("The pod's terminationGracePeriodSeconds"),
};

/** Traefik's own settings that decide losses (names as in Traefik's static configuration). */
const traefik = z.strictObject({
  graceTimeOut: duration.default('10s').describe('How long open requests may finish after SIGTERM'),
  requestAcceptGraceTimeout: duration.default('0s').describe('How long new requests are taken after SIGTERM'),
  readinessPeriod: duration.default('2s').describe('periodSeconds of the readiness probe on /ping'),
  trustedIPs: z.array(z.string()).default([]).describe('forwardedHeaders.trustedIPs'),
});

const ingress = z.strictObject({
  ...placement,
  allowList: z
    .array(z.string())
    .default([])
    .describe(
      'Client source ranges (CIDR) let in; others get 403. `client` stands for the address the load comes from',
    ),
  traefik: traefik.prefault({}).describe("Traefik's own settings that decide losses"),
});

const app = z.strictObject({
  ...placement,
  terminationGracePeriod: duration.default('30s').describe("The pod's terminationGracePeriodSeconds"),
});

export const presetNames = [
  'gke',
  'gke-target-pool',
  'aws-nlb-lbc',
  'aws-nlb-intree',
  'aws-clb',
  'azure',
  'digitalocean',
  'octavia',
  'cloud-provider-kind',
  'custom',
] as const;

export const healthCheck = z.strictObject({
  kind: z.enum(['http', 'tcp']).describe('http asks the path of the port; tcp only connects'),
  port: z
    .union([z.enum(['healthz', 'healthCheckNodePort', 'nodePort']), z.int().min(1).max(65535)])
    .describe('healthz is kube-proxy on :10256'),
  path: z.string().describe('What http asks for'),
  interval: duration.describe('From one check to the next'),
  timeout: duration.describe('No answer for so long is a failed check'),
  unhealthyThreshold: z.int().min(1).describe('So many failed checks in a row take a node out'),
  healthyThreshold: z.int().min(1).describe('So many good checks in a row bring it back'),
});

const edgeOverrides = z
  .strictObject({
    mode: z
      .enum(['passthrough', 'proxy'])
      .describe('passthrough hands packets on; proxy makes a connection of its own'),
    checks: z
      .strictObject({
        Cluster: healthCheck.partial().describe('Under externalTrafficPolicy: Cluster'),
        Local: healthCheck.partial().describe('Under externalTrafficPolicy: Local'),
      })
      .partial()
      .describe('How nodes are checked'),
    reconcileDelay: duration.describe('From the change of the Service until the balancer checks the new way'),
    onEjected: z
      .enum(['persist', 'reset', 'drain'])
      .describe('What becomes of open connections of an ejected node'),
    drainTimeout: duration.describe('How long onEjected: drain lets open connections go on'),
    allUnhealthy: z.enum(['all', 'none']).describe('Who gets connections when no node is healthy'),
    upstreamConnectTimeout: duration.describe('Of a proxying balancer'),
  })
  .partial();

const preset = z.enum(presetNames);

const edge = z.strictObject({
  preset: preset.default('gke').describe("The load balancer's behaviour: a cloud's, or custom"),
  overrides: edgeOverrides.default({}).describe('What differs from the preset'),
});

const expectStatus = z
  .int()
  .min(100)
  .max(599)
  .default(200)
  .describe('The status that counts as completed; any other is http-error');

const streams = z.strictObject({
  kind: z.literal('streams'),
  name: name.default('slow').describe('Its name in reports'),
  concurrency: z.int().min(1).max(30_000).describe('How many streams, all at once'),
  duration: duration.default('60s').describe('How long the app takes to send one answer'),
  chunkInterval: duration.default('1s').describe('From one chunk of the answer to the next'),
  bodySize: z.int().min(0).default(0).describe('Bytes of the request body (POST); 0 sends a GET'),
  chunkSize: z.int().min(32).max(65_536).default(128).describe('Bytes of one chunk of the answer'),
  ramp: duration.default('5s').describe('The starts are spread over it'),
  stall: duration.default('20s').describe('No byte for so long: hung'),
  connectTimeout: duration.default('19s').describe("A SYN without answer; Cloudflare's 522 comes after 19 s"),
  renew: z
    .boolean()
    .default(false)
    .describe('Start a new stream when one ends, so that the number stays the same'),
  expectStatus,
});

const probe = z.strictObject({
  kind: z.literal('probe'),
  name: name.default('probe').describe('Its name in reports'),
  rate: z.number().min(0.1).max(1000).describe('Requests per second and lane, due at fixed times'),
  lanes: z
    .array(z.enum(['new', 'reused']))
    .min(1)
    .default(['new', 'reused'])
    .describe('new: a connection each; reused: one kept connection'),
  timeout: duration.default('5s').describe('A request without its whole answer for so long has failed'),
  expectStatus,
});

const autocannon = z.strictObject({
  kind: z.literal('autocannon'),
  name: name.default('background').describe('Its name in reports'),
  connections: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'Requests in flight at most, a new connection each; none: enough for a target that never answers',
    ),
  rate: z.number().min(0.1).max(5000).describe('Short requests per second, due at fixed times'),
  timeout: duration.default('5s').describe('A request without its whole answer for so long has failed'),
  expectStatus,
});

const k6 = z.strictObject({
  kind: z.literal('k6'),
  name: name.default('k6').describe('Its name in reports'),
  script: z.string().optional().describe("Your own k6 script, relative to this file; none: midflight's own"),
  vus: z.int().min(1).max(5000).default(10).describe("k6's virtual users"),
  duration: duration.default('30s').describe('How long one stream of our own script takes'),
  rate: z
    .number()
    .min(0.1)
    .max(1000)
    .optional()
    .describe('Arrivals per second; none: each VU runs one stream'),
  keepAlive: z
    .boolean()
    .default(false)
    .describe('k6 silently retries on kept connections, which hides losses: off unless asked'),
  expectStatus,
});

const load = z.discriminatedUnion('kind', [streams, probe, autocannon, k6]);

/** In-place policies of this version; the named safe strategies join this list. */
export const policyNames = ['Cluster', 'Local', 'Cluster->Local', 'Local->Cluster'] as const;
export const policyName = z.enum(policyNames);

export const faultKinds = ['power-off', 'unplug', 'preempt', 'drain', 'pod-kill'] as const;

const target = z
  .strictObject({
    node: z.string().describe('The name of one node'),
    pool: name.describe('The name of a pool'),
    labels: labels.describe('Labels of the node'),
    runs: z.enum(['ingress', 'app', 'nothing']).describe('Nodes that run a pod of it; nothing: neither'),
  })
  .partial();

const fault = z.strictObject({
  kind: z
    .enum(faultKinds)
    .describe(
      'power-off and unplug: silence; preempt: notice, then power-off; drain: eviction; pod-kill: one pod dies',
    ),
  target: target.describe('All that is said must hold; one of the nodes that match is chosen by the seed'),
  pod: z.enum(['ingress', 'app']).default('ingress').describe('Which pod pod-kill kills'),
  trigger: z
    .strictObject({
      streamsInFlight: z
        .int()
        .min(0)
        .optional()
        .describe('In all, each past its first chunk; none: all of them'),
      after: duration.default('0s').describe('Time to wait after that'),
    })
    .prefault({})
    .describe('When it happens'),
});

export const kubernetesTimers = z
  .strictObject({
    nodeMonitorGracePeriod: duration.describe('--node-monitor-grace-period; 50s since Kubernetes 1.32'),
    nodeMonitorPeriod: duration.describe('--node-monitor-period; 5s'),
    leaseRenewInterval: duration.describe('A quarter of nodeLeaseDurationSeconds; 10s'),
    podEvictionTimeout: duration.describe('tolerationSeconds of node.kubernetes.io/unreachable; 300s'),
    proxyMinSyncPeriod: duration.describe('iptables.minSyncPeriod of kube-proxy; 1s'),
  })
  .partial();

const run = {
  repeats: z
    .int()
    .min(1)
    .max(100)
    .describe('How often each policy is tried; the same target for all of them'),
  timeScale: z
    .number()
    .min(1)
    .max(20)
    .describe('Divides every duration and multiplies every rate, on the embedded cluster only'),
  stability: duration.describe('Failover is over when all probes succeed for so long'),
  observe: z.enum(['full', 'short']).describe('full waits until Kubernetes marks a dead node NotReady'),
  timers: kubernetesTimers.describe("Kubernetes' own timers; its defaults where nothing is said"),
};

const providerBlock = z
  .strictObject({
    ...run,
    edge: z
      .strictObject({
        preset: preset.describe('Instead of the preset above and its overrides'),
        overrides: edgeOverrides.describe('Laid over the overrides above, unless a preset is named here'),
      })
      .partial()
      .describe('What differs at the edge'),
    load: z.array(load).min(1).describe('Instead of the load above'),
    policies: z.array(policyName).min(1).describe('Instead of the policies above'),
    kubeProxyMode: z.enum(['iptables', 'nftables']).describe('kind only'),
    images: z
      .strictObject({
        node: z.string().describe('Of the nodes (kindest/node)'),
        traefik: z.string().describe('Of Traefik'),
        app: z.string().describe('Node, for app, edge and load'),
      })
      .partial()
      .describe('kind only'),
  })
  .partial();

/** `lost: 0`, `lost: "> 0"`, `failover: "<= 10s"`, `sourceAddress: kept`: checked word by word in expectation.ts. */
const expectationBlock = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  // Which names are known is checked word by word elsewhere; here they are for editors to complete.
  .meta({ propertyNames: { enum: [...metrics.keys()] } });

export const scenario = z
  .strictObject({
    name: name.describe('Of the experiment; report folders are named after it'),
    description: z.string().default('').describe('One sentence for the report'),
    cloud: cloudName.default('gke').describe('Whose labels preemptible nodes carry'),
    seed: z.int().min(0).default(1).describe('Every random choice follows from it'),
    nodes: z.array(pool).min(1).describe('Pools of nodes'),
    ingress: ingress.prefault({}).describe('Where the ingress runs, and how it behaves'),
    app: app.prefault({}).describe('Where the slow app runs'),
    edge: edge.prefault({}).describe('The load balancer in front of the nodes'),
    load: z.array(load).min(1).describe('What clients do'),
    policies: z
      .array(policyName)
      .min(1)
      .describe('externalTrafficPolicy values to compare, and live switches from one to the other'),
    fault: fault.optional().describe('What breaks; none: nothing does'),
    repeats: run.repeats.default(1),
    timeScale: run.timeScale.default(1),
    stability: run.stability.default('10s'),
    observe: run.observe.default('full'),
    timers: run.timers.default({}),
    providers: z
      .strictObject({
        embedded: providerBlock.describe('On the embedded cluster'),
        kind: providerBlock.describe('On kind'),
        context: providerBlock.describe('On a cluster of yours'),
      })
      .partial()
      .default({})
      .describe('What differs on one kind of cluster'),
    expect: z
      .record(z.string(), expectationBlock)
      .default({})
      .describe('By policy, or `all`: what must hold, as in {Local: {lost: 0, failover: "<= 10s"}}')
      .meta({ propertyNames: { enum: ['all', ...policyNames] } }),
  })
  .meta({ title: 'midflight scenario' });

export type Scenario = z.output<typeof scenario>;
export type ScenarioInput = z.input<typeof scenario>;
export type PresetName = (typeof presetNames)[number];
export type PolicyName = (typeof policyNames)[number];
export type FaultKind = (typeof faultKinds)[number];
export type CloudName = (typeof cloudNames)[number];
