import * as z from 'zod';
import { duration } from './scalars.ts';

export const presetNames = [
  'gke-neg',
  'gke-instance-group',
  'gke-target-pool',
  'gke-ilb-subsetting',
  'aws-nlb-lbc',
  'aws-nlb-lbc-keep',
  'aws-nlb-intree',
  'aws-clb',
  'azure',
  'azure-shared-probe',
  'azure-multi-slb',
  'digitalocean-network',
  'digitalocean-regional',
  'octavia',
  'hetzner',
  'metallb-l2',
  'metallb-bgp',
  'cloud-provider-kind',
  'cloud-provider-kind-old',
  'haproxy',
  'aws-alb',
  'haproxy-http',
  'pod-direct',
  'custom',
] as const;

/** A cloud's name alone: what that cloud makes by default today. */
export const presetAliases = ['gke', 'digitalocean'] as const;

export type PresetName = (typeof presetNames)[number];
export type PresetAlias = (typeof presetAliases)[number];

const healthCheck = z.strictObject({
  kind: z.enum(['http', 'tcp']).describe('http asks the path of the port; tcp only connects'),
  port: z
    .union([z.enum(['healthz', 'healthCheckNodePort', 'nodePort']), z.int().min(1).max(65535)])
    .describe('healthz is kube-proxy on :10256'),
  path: z
    .string()
    .regex(/^\/[\x21-\x22\x24-\x7e]{0,1023}$/, {
      error: 'a path such as /healthz: it begins with / and has no spaces or control characters',
    })
    .describe('What http asks for'),
  interval: duration('100ms', '1h').describe('From one check to the next'),
  timeout: duration('10ms', '1h').describe('How long a check waits for an answer before it has failed'),
  unhealthyThreshold: z.int().min(1).max(100).describe('So many failed checks in a row take a node out'),
  healthyThreshold: z.int().min(1).max(100).describe('So many good checks in a row bring it back'),
});

export const edgeOverrides = z
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
    reconcileDelay: duration('0s', '1h').describe(
      'From the change of the Service until the balancer checks the new way',
    ),
    onEjected: z
      .enum(['persist', 'reset', 'drain'])
      .describe('What becomes of open connections of an ejected node'),
    drainTimeout: duration('0s', '24h').describe(
      'How long open connections may go on on a removed node, and on an ejected one with onEjected: drain',
    ),
    onRemoved: z
      .enum(['persist', 'reset', 'silence'])
      .describe('What becomes of open connections of a removed node after drainTimeout'),
    newTarget: z
      .enum(['healthy', 'unhealthy'])
      .describe('What a target counts as until its first checks have decided'),
    onFlip: z
      .enum(['check', 'recreate-address', 'new-target-group', 'reload', 'restart', 'nothing'])
      .describe('What the controller does when the policy changes'),
    addressGone: duration('0s', '1h').describe(
      'How long onFlip: recreate-address or restart takes the address away',
    ),
    groupSwap: duration('0s', '1h').describe('How long onFlip: new-target-group still uses the old targets'),
    verdictDelay: duration('0s', '1h').describe(
      'From a verdict of the checks until new connections follow it',
    ),
    removalDelay: duration('0s', '1h').describe(
      'From the removal of a node until it gets no new connections',
    ),
    panicThreshold: z
      .number()
      .min(0)
      .max(1)
      .describe('Below this share of healthy nodes all nodes are used, healthy or not'),
    crossZone: z
      .boolean()
      .describe(
        'false: a connection stays in the zone of the balancer that it came to; clients come to each zone that has a healthy node alike',
      ),
    zoneDelay: duration('0s', '1h').describe(
      'With crossZone: false, from the last healthy node of a zone until clients come there no more: the TTL of its DNS name',
    ),
    allUnhealthy: z.enum(['all', 'none']).describe('Who gets connections when no node is healthy'),
    noTarget: z
      .enum(['drop', 'reset', 'refuse'])
      .describe('What a client gets when there is no node for it: no answer, a reset, or a refusal'),
    sendsTo: z
      .enum(['nodePort', 'hostPort'])
      .describe(
        "Which port of a node: the Service's, behind which kube-proxy chooses a pod, or the ingress' own; default: its own if it has one (ingress.hostNetwork, ingress.hostPort)",
      ),
    sourceRanges: z
      .enum(['drop', 'reset', 'ignored'])
      .describe(
        'What a client outside service.loadBalancerSourceRanges gets: no answer, a reset, or service as if there were no such list',
      ),
    upstreamConnectTimeout: duration('10ms', '10m').describe('Of a proxying balancer'),
    idleTimeout: duration('1s', '24h').describe(
      'Of a balancer that speaks HTTP (aws-alb, haproxy-http): how long nothing of a request or its answer may pass',
    ),
  })
  .partial();

export const preset = z.enum([...presetNames, ...presetAliases]);

export const edge = z.strictObject({
  preset: preset
    .default('gke-instance-group')
    .describe(
      "The load balancer's behaviour: a cloud's, or custom; gke and digitalocean: their default of today",
    ),
  overrides: edgeOverrides.default({}).describe('What differs from the preset'),
});
