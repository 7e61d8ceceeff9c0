import * as z from 'zod';

/* Ingress and app as they will run, in milliseconds of cluster time. */

const ms = z.number().min(0);
const strings = z.record(z.string(), z.string());

const intOrShare = z.union([z.int(), z.string()]);

export const plannedPlacement = z.object({
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
  /** The time from the container's start until it listens. */
  startDelayMs: ms.default(0),
  /** A rollout's maxUnavailable and maxSurge; absent: Kubernetes' own (a Deployment 25 % and 25 %, a DaemonSet 0 and 1). */
  strategy: z.object({ maxSurge: intOrShare.optional(), maxUnavailable: intOrShare.optional() }).optional(),
  /** How long a new pod must have been ready before the next one is replaced. Absent: 0. */
  minReadyMs: ms.optional(),
  /** How many of its pods were found on each node. Absent: nobody has looked, and the rules above decide where they will be. */
  on: z.record(z.string(), z.int()).optional(),
});

export const plannedIngress = plannedPlacement.extend({
  /** Its pods have the network of their node. Absent: false. */
  hostNetwork: z.boolean().optional(),
  /** A port of the node leads to its pod. Absent: false. */
  hostPort: z.boolean().optional(),
  /** HTTP/2 to the app. Absent: HTTP/1.1. givesUpMs: a connection to the app that brings no byte for that long counts as dead. */
  h2c: z
    .object({ via: z.enum(['endpoints', 'service']), readIdleMs: ms, pingTimeoutMs: ms, givesUpMs: ms })
    .optional(),
  /** TLS ends there, and the load comes by it. Absent: false. */
  tls: z.boolean().optional(),
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
