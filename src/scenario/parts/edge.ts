import * as z from 'zod';
import { duration } from './words.ts';

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

export type PresetName = (typeof presetNames)[number];

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
  timeout: duration('10ms', '1h').describe('No answer for so long is a failed check'),
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
    drainTimeout: duration('0s', '24h').describe('How long onEjected: drain lets open connections go on'),
    allUnhealthy: z.enum(['all', 'none']).describe('Who gets connections when no node is healthy'),
    noTarget: z
      .enum(['drop', 'reset', 'refuse'])
      .describe('What a client gets when there is no node for it: no answer, a reset, or a refusal'),
    upstreamConnectTimeout: duration('10ms', '10m').describe('Of a proxying balancer'),
  })
  .partial();

export const preset = z.enum(presetNames);

export const edge = z.strictObject({
  preset: preset.default('gke').describe("The load balancer's behaviour: a cloud's, or custom"),
  overrides: edgeOverrides.default({}).describe('What differs from the preset'),
});
