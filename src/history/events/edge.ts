import * as z from 'zod';
import { connectResults, ownAnswerReasons, requestEnds, sideEnds } from '../../base/connections.ts';
import { ns, socketAddress } from './common.ts';

/* What the load balancer did. */

/** The edge took a connection and chose a node for it. */
export const edgeOpen = z.object({
  type: z.literal('edge-open'),
  t: ns,
  conn: z.int(),
  client: socketAddress,
  /** null: no node was green, the client is barred, or each request goes to a node of its own. */
  node: z.string().nullable(),
  /** Its client is outside loadBalancerSourceRanges. Absent: it is not. */
  barred: z.literal(true).optional(),
  /** An HTTP balancer ends the connection itself: its requests are `edge-request`. Absent: it goes to the node. */
  http: z.literal(true).optional(),
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

const ofRequest = {
  t: ns,
  request: z.int(),
  /** The client's connection, as in its `edge-open`. */
  conn: z.int(),
  client: socketAddress,
  /** The request's id; null: it has none, so it is not of our own load. */
  id: z.string().nullable(),
};

/** An HTTP balancer sends a request to a node; once more, with the same number, for each further node that it tries. */
export const edgeRequest = z.object({
  type: z.literal('edge-request'),
  ...ofRequest,
  /** null: no node was green. */
  node: z.string().nullable(),
});

/** The end of a request at an HTTP balancer. */
export const edgeResponse = z.object({
  type: z.literal('edge-response'),
  ...ofRequest,
  /** The last node that it was sent to. */
  node: z.string().nullable(),
  /** The connection to that node; null: none was made. */
  upstream: z
    .object({
      number: z.int(),
      openedAt: ns,
      /** It had carried a request before. */
      reused: z.boolean(),
      local: socketAddress.nullable(),
    })
    .nullable(),
  /** What the client got; null: nothing. */
  status: z.int().nullable(),
  /** Why the balancer answered itself; null: it did not. */
  own: z.enum(ownAnswerReasons).nullable(),
  ended: z.enum(requestEnds),
  /** Bytes of the body. */
  bytesDown: z.number(),
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
