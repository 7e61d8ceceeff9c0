import * as z from 'zod';
import { cdnCodes } from '../../catalogue/cdn-codes.ts';
import { disturbanceKinds } from '../../catalogue/disturbances.ts';
import { clockNotes, clocks, count, counts, secondsFigure, share } from './common.ts';

/** A span in which new connections failed, by the due times of probes. Seconds of cluster time since its disturbance. */
export const outage = z.object({
  /** The first failed probe was due. */
  beganSeconds: secondsFigure,
  /** The time from the first to the last failed probe: 0 if one failed. */
  lastedSeconds: secondsFigure,
  /** How much longer it may have lasted unseen at its end (95 %); null: not known. */
  resolutionSeconds: secondsFigure.nullable(),
  /** The number of probes due from the first failed to the last failed, both included. */
  sent: count,
  failed: count,
  share,
});

/**
 * What clients behind a CDN would have seen. sent = ok + the sum of byCdnCode + unclear; what we cancelled or failed in
 * ourselves is not counted.
 */
export const customers = z.object({
  sent: count,
  ok: count,
  byCdnCode: counts(cdnCodes),
  /** Lost, and nobody waited long enough to see what the CDN would have answered. */
  unclear: count,
});

/** Streams under way at the disturbance or started after it, and new connections due within its outages. */
export const customersView = z.object({ streams: customers, newConnections: customers.nullable() });

export const disturbanceReport = z.object({
  kind: z.enum(disturbanceKinds),
  name: z.string(),
  /** The disturbance as a sentence names it: `power cut`, `preemption notice`, `flip Cluster->Local`. */
  label: z.string(),
  node: z.string().nullable(),
  /** All nodes that it hits at once, if there are several. */
  nodes: z.array(z.string()).optional(),
  /** The pods that it takes, if it takes pods and the history names them. */
  pods: z.array(z.string()).optional(),
  /** Seconds of cluster time since the trial's start. */
  at: secondsFigure,
  /** Streams lost by it. */
  requestsLost: count,
  /** How many of those streams started before it, and after it. */
  lostBegunBefore: count,
  lostBegunAfter: count,
  /** Share of new-lane probes that failed, of those due from its first failed to its last failed one; 0: none failed. */
  failingShare: share.nullable(),
  /** New connections failing, in the order of time; null: the load has no probe. */
  outages: z.array(outage).nullable(),
  customers: customersView,
  clocksSeconds: clocks,
  clockNotes,
});
