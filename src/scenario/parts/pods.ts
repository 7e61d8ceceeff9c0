import * as z from 'zod';
import { effect } from './nodes.ts';
import { duration, labels } from './words.ts';

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

export const ingress = z.strictObject({
  ...placement,
  allowList: z
    .array(z.string())
    .default([])
    .describe(
      'Client source ranges (CIDR) let in; others get 403. `client` stands for the address the load comes from',
    ),
  traefik: traefik.prefault({}).describe("Traefik's own settings that decide losses"),
});

export const app = z.strictObject({
  ...placement,
  terminationGracePeriod: duration.default('30s').describe("The pod's terminationGracePeriodSeconds"),
});
