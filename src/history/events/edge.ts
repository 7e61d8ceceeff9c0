import * as z from 'zod';
import { connectResults, sideEnds } from '../../base/connections.ts';
import { ns, socketAddress } from './common.ts';

/* What the load balancer did. */

/** The edge took a connection and chose a node for it. */
export const edgeOpen = z.object({
  type: z.literal('edge-open'),
  t: ns,
  conn: z.int(),
  client: socketAddress,
  /** null: no node was green, or the client is barred. */
  node: z.string().nullable(),
  /** Its client is outside loadBalancerSourceRanges. Absent: it is not. */
  barred: z.literal(true).optional(),
});

export const edgeClose = z.object({
  type: z.literal('edge-close'),
  t: ns,
  conn: z.int(),
  client: socketAddress,
  node: z.string().nullable(),
  /** The edge's own side of the connection to the node. */
  upstreamLocal: socketAddress.nullable(),
  /** abandoned: the client went away first, `connectNs` after the edge's SYN. */
  connect: z.enum(connectResults),
  connectNs: ns,
  connectedAt: ns.nullable(),
  bytesUp: z.number(),
  bytesDown: z.number(),
  lastDownAt: ns.nullable(),
  clientEnd: z.enum(sideEnds),
  upstreamEnd: z.enum(sideEnds),
});

/** One health check. */
export const check = z.object({
  type: z.literal('check'),
  t: ns,
  node: z.string(),
  dueAt: ns,
  ok: z.boolean(),
  /** '200', '503', 'timeout', 'refused', 'reset', 'unreachable', … */
  detail: z.string(),
  /** What was asked; null: there was no such port. Histories from before this field lack it. */
  port: z.int().nullable().optional(),
});

/** The edge's verdict on a node changed. `eligible`: in the target set at all (policy, labels, Node exists). */
export const health = z.object({
  type: z.literal('health'),
  t: ns,
  node: z.string(),
  eligible: z.boolean(),
  healthy: z.boolean(),
  reason: z.string(),
});

/** The edge began to follow a changed Service (after its reconcile delay). */
export const reconcile = z.object({
  type: z.literal('reconcile'),
  t: ns,
  policy: z.enum(['Cluster', 'Local']),
  healthCheckNodePort: z.int().nullable(),
  nodes: z.array(z.string()),
  /** Its targets are the pods on these nodes, because an annotation says so; absent: as the preset has it. */
  toPods: z.literal(true).optional(),
});
