import * as z from 'zod';
import { lanes } from '../../base/connections.ts';
import { type Outcome, outcomes } from '../../catalogue/outcomes.ts';
import { ns, socketAddress, trialIndex } from './common.ts';

/* What clients did, and what came of it. */

export { type Outcome, outcomes };

const outcome = z.enum(outcomes);

/** What the app's first body chunk reported. `source` is the address from which the ingress saw the request. */
export const path = z.object({
  endpointNode: z.string(),
  endpointPod: z.string(),
  ingressNode: z.string().nullable(),
  ingressPod: z.string().nullable(),
  source: z.string().nullable(),
});
export type Path = z.infer<typeof path>;

/** Written before the request connects, so that a request whose recorder dies is still known. */
export const start = z.object({
  type: z.literal('start'),
  t: ns,
  trial: trialIndex,
  /** Unique within the history. */
  id: z.string(),
  /** The load item's name in the plan. */
  load: z.string(),
  kind: z.enum(['stream', 'probe', 'short']),
  lane: z.enum(lanes).nullable(),
  /** When it should have started; t - dueAt is the instrument's lateness. */
  dueAt: ns,
});

export const end = z.object({
  type: z.literal('end'),
  /** When the outcome was certain (for hung: at the end of the stall limit). */
  t: ns,
  trial: trialIndex,
  id: z.string(),
  outcome,
  status: z.int().nullable(),
  errno: z.string().nullable(),
  connectedAt: ns.nullable(),
  /** First byte of the response. */
  firstByteAt: ns.nullable(),
  /** First whole body chunk: from here the stream is in flight. */
  firstChunkAt: ns.nullable(),
  lastByteAt: ns.nullable(),
  /** Longest time between two bytes after the first, real nanoseconds. */
  longestSilenceNs: ns,
  bodyBytes: z.number(),
  chunks: z.int(),
  /** The client's side of its connection. */
  local: socketAddress.nullable(),
  path: path.nullable(),
  /** reused lane: this request opened the connection (its first, or after the last one was lost). */
  freshConnection: z.boolean().nullable(),
});

/** What an external load engine reported as its own sum, beside its events. */
export const engineSummary = z.object({
  type: z.literal('engine-summary'),
  t: ns,
  load: z.string(),
  engine: z.string(),
  version: z.string(),
  figures: z.record(z.string(), z.number()),
  problems: z.array(z.string()),
});
