import * as z from 'zod';
import { type ClusterName, clusterNames, clusters } from '../catalogue/clusters.ts';
import { policyNames } from '../catalogue/policies.ts';
import { metrics } from './expectation.ts';
import { edge, edgeOverrides, preset } from './parts/edge.ts';
import { fault } from './parts/fault.ts';
import { load } from './parts/load.ts';
import { cloudName, pool } from './parts/nodes.ts';
import { ownCluster } from './parts/own-cluster.ts';
import { app, ingress } from './parts/pods.ts';
import { duration, image, name } from './parts/scalars.ts';
import { serviceSettings } from './parts/service.ts';

/*
 * The scenario file, as a person writes it. Durations are of cluster time ("10s", "1m30s", "250ms").
 * Nothing is resolved here: src/plan fills in presets and timers, and says which.
 */

export { type PresetAlias, type PresetName, presetAliases, presetNames } from './parts/edge.ts';
export { type CloudName, cloudName } from './parts/nodes.ts';

export const policyName = z.enum(policyNames);

/** The most repeats of each policy. */
export const mostRepeats = 100;

const kubernetesTimers = z
  .strictObject({
    nodeMonitorGracePeriod: duration('1s', '1h').describe(
      '--node-monitor-grace-period; 50s since Kubernetes 1.32',
    ),
    nodeMonitorPeriod: duration('100ms', '10m').describe('--node-monitor-period; 5s'),
    leaseRenewInterval: duration('1s', '10m').describe('A quarter of nodeLeaseDurationSeconds; 10s'),
    podEvictionTimeout: duration('1s', '24h').describe(
      'tolerationSeconds of node.kubernetes.io/unreachable; 300s',
    ),
    proxyMinSyncPeriod: duration('10ms', '10m').describe('iptables.minSyncPeriod of kube-proxy; 1s'),
  })
  .partial();

const run = {
  repeats: z
    .int()
    .min(1)
    .max(mostRepeats)
    .describe('How often each policy is tried; the same target for all of them'),
  timeScale: z
    .number()
    .min(1)
    .max(20)
    .describe('Divides every duration and multiplies every rate, on the embedded cluster only'),
  stability: duration('1s', '1h').describe(
    'Failover is over when all probes succeed for this long; at least 5 probes',
  ),
  observe: z.enum(['full', 'short']).describe('full waits until Kubernetes marks a dead node NotReady'),
  timers: kubernetesTimers.describe("Kubernetes' own timers; by default those of Kubernetes"),
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
        node: image.describe('Of the nodes (kindest/node)'),
        traefik: image.describe('Of Traefik'),
        app: image.describe('Node, for app, edge and load'),
      })
      .partial()
      .describe('kind only'),
    ...ownCluster,
  })
  .partial();

/** `lost: 0`, `lost: "> 0"`, `failover: "<= 10s"`, `sourceAddress: kept`: checked word by word in expectation.ts. */
const expectationBlock = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  // Which names are known is checked word by word elsewhere; here they are for editors to complete.
  .meta({ propertyNames: { enum: [...metrics.keys()] } });

/** One for each kind of cluster that there is. */
const providerBlocks = Object.fromEntries(
  clusterNames.map((name) => [name, providerBlock.describe(clusters[name].words)]),
) as Record<ClusterName, typeof providerBlock>;

export const scenario = z
  .strictObject({
    name: name.describe('Of the experiment; report folders are named after it'),
    description: z.string().max(1000).default('').describe('One sentence for the report'),
    cloud: cloudName.default('gke').describe('Whose labels preemptible nodes carry'),
    seed: z.int().min(0).default(1).describe('Every random choice follows from it'),
    nodes: z
      .array(pool)
      .min(1)
      .default([])
      .describe(
        'Pools of nodes; may be left out if the file is for a cluster of yours alone ([own-cluster.md](own-cluster.md))',
      ),
    ingress: ingress.prefault({}).describe('Where the ingress runs, and how it behaves'),
    app: app.prefault({}).describe('Where the slow app runs'),
    service: serviceSettings.prefault({}).describe("The ingress' Service, beside its externalTrafficPolicy"),
    edge: edge.prefault({}).describe('The load balancer in front of the nodes'),
    load: z.array(load).min(1).describe('What clients do'),
    policies: z
      .array(policyName)
      .min(1)
      .describe('externalTrafficPolicy values to compare, and live switches from one to the other'),
    fault: fault.optional().describe('What breaks; none: nothing does'),
    repeats: run.repeats.default(1),
    timeScale: run.timeScale.default(1),
    awaitEstablished: z
      .boolean()
      .default(false)
      .describe(
        'Whether a switchover in steps waits, on nodes that leave the balancer, for open connections to end as well; one that is kept for ever holds it up until the step times out',
      ),
    stability: run.stability.default('10s'),
    observe: run.observe.default('full'),
    timers: run.timers.default({}),
    providers: z
      .strictObject(providerBlocks)
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
