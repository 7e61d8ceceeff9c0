import * as z from 'zod';
import { labelKey, labelValue, selector } from './labels.ts';
import { effect } from './nodes.ts';
import { duration } from './scalars.ts';

const toleration = z.strictObject({
  key: labelKey.optional().describe('The key of the taint; none: all taints'),
  operator: z.enum(['Exists', 'Equal']).default('Exists').describe('Equal compares the value as well'),
  value: labelValue.optional().describe('The value of the taint, for Equal'),
  effect: effect.optional().describe('The effect of the taint; none: every effect'),
});

/** Kubernetes' own rules (pkg/apis/core/validation, ValidateTolerations). */
const validToleration = toleration.superRefine(({ key, operator, value }, context) => {
  if (operator === 'Exists' && value !== undefined && value !== '') {
    context.addIssue({
      code: 'custom',
      path: ['value'],
      params: {
        what: 'is not compared by operator: Exists',
        hint: 'add operator: Equal, or remove the value',
      },
    });
  }
  if (operator === 'Equal' && key === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['operator'],
      params: { what: 'is Equal, and there is no key to compare', hint: 'add the key of the taint' },
    });
  }
});

/** A number of pods, or a share of all. */
const intOrShare = z.union([z.int().min(0).max(100), z.string().regex(/^\d{1,3}%$/, 'a share such as 25%')]);

const placement = {
  kind: z.enum(['Deployment', 'DaemonSet']).default('Deployment').describe('What runs the pods'),
  replicas: z
    .int()
    .min(1)
    .max(40)
    .default(2)
    .describe('Of a Deployment; a DaemonSet runs on each node that fits'),
  nodeSelector: selector.default({}).describe('Labels of the nodes that may run it'),
  tolerations: z.array(validToleration).default([]).describe('Taints that its pods tolerate'),
  terminationGracePeriod: duration('0s', '24h')
    .default('60s')
    .describe("The pod's terminationGracePeriodSeconds; preStop counts into it"),
  preStop: duration('0s', '24h')
    .default('0s')
    .describe('lifecycle.preStop.sleep: how long the container serves on before SIGTERM; 0s: no hook'),
  startDelay: duration('0s', '10m')
    .default('0s')
    .describe('How long a container takes from its start until it listens'),
  strategy: z
    .strictObject({
      maxSurge: intOrShare.describe('How many pods more than wanted there may be, or a share such as 25%'),
      maxUnavailable: intOrShare.describe('How many pods fewer than wanted may be available, or a share'),
    })
    .partial()
    .optional()
    .describe("How a rollout replaces pods; default: Kubernetes' own"),
  minReady: duration('0s', '1h')
    .optional()
    .describe('minReadySeconds: how long a new pod must have been ready before the next one is replaced'),
};

/** The readiness probe, names as in Kubernetes. */
const readiness = z.strictObject({
  initialDelay: duration('0s', '1h')
    .default('0s')
    .describe('initialDelaySeconds: from the start of the container to the first probe'),
  period: duration('1s', '5m').optional().describe('periodSeconds; instead of traefik.readinessPeriod'),
  timeout: duration('1s', '5m').default('2s').describe('timeoutSeconds'),
  failureThreshold: z.int().min(1).max(100).default(1).describe('Failures in a row that make it unready'),
  successThreshold: z.int().min(1).max(100).default(1).describe('Successes in a row that make it ready'),
});

/** How the ingress reaches the app; names as in Traefik's serversTransport and the annotations of its Services. */
const upstream = z.strictObject({
  protocol: z
    .enum(['http1', 'h2c'])
    .default('http1')
    .describe('h2c: HTTP/2 without TLS, as for gRPC: one connection carries all requests to a pod'),
  via: z
    .enum(['endpoints', 'service'])
    .default('endpoints')
    .describe(
      "endpoints: the ingress knows the app's pods, and follows them; service: it connects to the address of the app's Service, and stays with the pod that it got (h2c only)",
    ),
  readIdleTimeout: duration('0s', '1h')
    .default('0s')
    .describe('h2c: after so long without a byte the ingress pings the pod; 0s: never'),
  pingTimeout: duration('1s', '10m')
    .default('15s')
    .describe('h2c: the connection is given up if the ping is not answered by then'),
});

/** Traefik's own settings that decide losses (names as in Traefik's static configuration). */
const traefik = z.strictObject({
  graceTimeOut: duration('0s', '24h')
    .default('10s')
    .describe('How long open requests may finish after SIGTERM'),
  requestAcceptGraceTimeout: duration('0s', '24h')
    .default('0s')
    .describe('How long new requests are taken after SIGTERM'),
  readinessPeriod: duration('1s', '5m')
    .optional()
    .describe('periodSeconds of the readiness probe on /ping; 2s if readiness.period is not given either'),
  trustedIPs: z.array(z.string()).default([]).describe('forwardedHeaders.trustedIPs'),
});

export const ingress = z.strictObject({
  ...placement,
  hostNetwork: z
    .boolean()
    .default(false)
    .describe("Its pods use the network of their node: they listen on the node's own address"),
  tls: z
    .boolean()
    .default(false)
    .describe(
      'TLS ends at the ingress, with a certificate of its own: the Service has port 443 beside port 80, and the load comes to 443',
    ),
  hostPort: z.boolean().default(false).describe('A port of the node leads to the pod on it, and to no other'),
  allowList: z
    .array(z.string())
    .default([])
    .describe(
      'Client source ranges (CIDR) let in; others get 403. `client` means the address the load comes from',
    ),
  readiness: readiness.prefault({}).describe('The readiness probe on /ping'),
  upstream: upstream.prefault({}).describe('How it reaches the app'),
  traefik: traefik.prefault({}).describe("Traefik's own settings that decide losses"),
});

export const app = z.strictObject({
  ...placement,
  terminationGracePeriod: duration('0s', '24h')
    .default('30s')
    .describe("The pod's terminationGracePeriodSeconds"),
});
