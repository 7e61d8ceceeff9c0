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
  path: z.string().describe('What http asks for'),
  interval: duration.describe('From one check to the next'),
  timeout: duration.describe('No answer for so long is a failed check'),
  unhealthyThreshold: z.int().min(1).describe('So many failed checks in a row take a node out'),
  healthyThreshold: z.int().min(1).describe('So many good checks in a row bring it back'),
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
    reconcileDelay: duration.describe('From the change of the Service until the balancer checks the new way'),
    onEjected: z
      .enum(['persist', 'reset', 'drain'])
      .describe('What becomes of open connections of an ejected node'),
    drainTimeout: duration.describe('How long onEjected: drain lets open connections go on'),
    allUnhealthy: z.enum(['all', 'none']).describe('Who gets connections when no node is healthy'),
    noTarget: z
      .enum(['drop', 'reset', 'refuse'])
      .describe('What a client gets when there is no node for it: no answer, a reset, or a refusal'),
    upstreamConnectTimeout: duration.describe('Of a proxying balancer'),
  })
  .partial();

export const preset = z.enum(presetNames);

export const edge = z.strictObject({
  preset: preset.default('gke').describe("The load balancer's behaviour: a cloud's, or custom"),
  overrides: edgeOverrides.default({}).describe('What differs from the preset'),
});
