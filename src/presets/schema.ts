import * as z from 'zod';
import { presetNames } from '../scenario/schema.ts';

/* How a load balancer behaves, with everything resolved. All durations are milliseconds of cluster time. */

const ms = z.number().min(0);

export const plannedCheck = z.object({
  kind: z.enum(['http', 'tcp']),
  port: z.union([z.enum(['healthz', 'healthCheckNodePort', 'nodePort']), z.number()]),
  path: z.string(),
  intervalMs: ms,
  timeoutMs: ms,
  unhealthyThreshold: z.int().min(1),
  healthyThreshold: z.int().min(1),
});

export const plannedEdge = z.object({
  preset: z.enum(presetNames),
  mode: z.enum(['passthrough', 'proxy']),
  checks: z.object({ Cluster: plannedCheck, Local: plannedCheck }),
  /** From the change of the Service or the Nodes until the balancer does it. */
  reconcileDelayMs: ms,
  /** Open connections of a node found unhealthy; drain: reset after drainTimeoutMs. */
  onEjected: z.enum(['persist', 'reset', 'drain']),
  /** Those of a node taken out of the target set are reset after this; 0: as onEjected says, at once. */
  drainTimeoutMs: ms,
  allUnhealthy: z.enum(['all', 'none']),
  /**
   * What a client gets when the balancer has no target for it. drop: no answer to its SYN; reset: a handshake and an RST;
   * refuse: an RST in answer to its SYN. Histories from before this field: reset.
   */
  noTarget: z.enum(['drop', 'reset', 'refuse']).default('reset'),
  /** A check answered 503 ejects at once, whatever the threshold (cloud-provider-kind). */
  ejectOn503: z.boolean(),
  /** The next check of a node is due one interval after the last one began (start), or after its result (end). */
  checkIntervalFrom: z.enum(['start', 'end']).default('start'),
  upstreamConnectTimeoutMs: ms,
  /** What a target is before its first check. healthy: it gets connections at once. */
  newTarget: z.enum(['healthy', 'unhealthy']).default('unhealthy'),
  /** Whether node.kubernetes.io/exclude-from-external-load-balancers takes a node out of the targets. */
  excludeLabel: z.enum(['honoured', 'ignored']).default('honoured'),
  /**
   * Annotations of the Service that pin the check to one port whatever the policy: kube-proxy's :10256, or TCP to the node
   * port. Those of midflight.dev stand for what an administrator does by hand. null: it cannot be pinned.
   */
  pinCheck: z
    .object({ annotations: z.record(z.string(), z.string()), port: z.enum(['healthz', 'nodePort']) })
    .nullable()
    .default(null),
  /**
   * Annotations that let open connections of a node that is unhealthy or leaves the targets go on for an hour. null: there
   * are none, or nothing to set.
   */
  keepEstablished: z.record(z.string(), z.string()).nullable().default(null),
  source: z.string(),
});

export type PlannedCheck = z.infer<typeof plannedCheck>;
export type PlannedEdge = z.infer<typeof plannedEdge>;
