import * as z from 'zod';
import { causes } from '../../catalogue/causes.ts';
import { cdnCodes } from '../../catalogue/cdn-codes.ts';
import { clockCodes } from '../../catalogue/clock-codes.ts';
import { disturbanceKinds } from '../../catalogue/disturbances.ts';
import { policyMeaning } from '../../history/events/meaning.ts';
import { count, counts, secondsFigure, share, shareInterval } from './common.ts';
import { customersView } from './disturbance.ts';

const signedShare = z.number().min(-1).max(1);

/** A clock over repeats. */
export const clockSpread = z.object({
  median: secondsFigure,
  min: secondsFigure,
  max: secondsFigure,
  /** The range of the true values, resolution included: from the last failed probe of the least to the greatest plus its resolution. */
  interval: z.object({ low: secondsFigure, high: secondsFigure }),
  /**
   * The percentile bootstrap interval of the median over repeats, resolution included. confidence: 0.95; less with fewer than
   * six repeats, as no interval within their range can have more. Null: fewer than two repeats.
   */
  bootstrap: z.object({ low: secondsFigure, high: secondsFigure, confidence: share }).nullable().optional(),
  /** Repeats that measured it. */
  repeats: z.int(),
});

/** Repeats whose failover has no value, by reason. */
export const clockGap = z.object({
  code: z.enum(clockCodes),
  repeats: z.int(),
  /** The largest known bound among them. */
  atLeastSeconds: secondsFigure.nullable(),
});

/** One kind of disturbance over the repeats that count. */
export const comparedDisturbance = z.object({
  /** null: what was lost outside of any disturbance. */
  kind: z.enum(disturbanceKinds).nullable(),
  failover: clockSpread.nullable(),
  failoverGaps: z.array(clockGap),
  /** Probes within outages, over all repeats; null: no probe. */
  outage: z
    .object({ sent: count, failed: count, share: share.nullable(), longestSeconds: secondsFigure })
    .nullable(),
  requestsLost: count,
  customers: customersView,
});

/**
 * One policy over its repeats. Repeats whose verdict is unknown are left out of every figure, unless the only reason is
 * that new connections never recovered: their losses are proven.
 */
export const comparisonRow = z.object({
  policy: z.string().nullable(),
  /** What the policy's name means; null: a watch. */
  traffic: policyMeaning.nullable(),
  repeats: z.int(),
  /** Of those, left out of the figures. */
  unknownRepeats: z.int(),
  started: count,
  lost: count,
  /** Wilson 95 % of lost/started. */
  interval: shareInterval.nullable(),
  /** From topology and policy alone: the share of streams that the fault takes. Null: no fault. */
  expectedShare: share.nullable(),
  /**
   * The expected share less the streams that can finish in the time that the fault leaves them: of the streams on what it
   * takes, by their recorded paths, the part whose planned end comes too late. Null: no fault.
   */
  expectedLostShare: share.nullable().optional(),
  /** Whether the streams lost to the fault differ from the expected share by no more than chance (95 %). */
  expectedWithinChance: z.boolean().nullable(),
  /** From each earlier row: how the shares of lost streams differ. */
  differences: z.array(
    z.object({
      policy: z.string().nullable(),
      /** 0 lies within the interval. */
      withinChance: z.boolean(),
      /** This row's share minus the other's. */
      difference: signedShare.optional(),
      /** 95 %, Newcombe: of pairs if there are pairs, else of independent shares. */
      interval: z.object({ low: signedShare, high: signedShare }).optional(),
      /**
       * Streams by their fate under this policy and under the other: the k-th of a repeat has the same draw under both. Null:
       * not every stream has its counterpart.
       */
      pairs: z
        .object({ both: count, onlyThis: count, onlyOther: count, neither: count })
        .nullable()
        .optional(),
    }),
  ),
  /**
   * By node, the share of streams that its death would take under the policy that a trial ends with: from topology and policy
   * alone, not measured.
   */
  ifNodeDies: z.array(z.object({ node: z.string(), share })).optional(),
  /**
   * The share of connections that the busiest ingress pod gets under the policy that a trial ends with, and what an even spread
   * over the pods would give it: from topology and policy alone, not measured. Null: no repeat that counts, or no pod is known.
   */
  busiestPod: z.object({ share, even: share }).nullable().optional(),
  /**
   * How long the balancer may go on sending new connections to a node whose last ingress pod has ended, at most: by the
   * checks of the plan, not measured. Null: no balancer of ours, or no repeat that counts.
   */
  balancerNoticesSeconds: secondsFigure.nullable().optional(),
  byCause: counts(causes),
  byCdnCode: counts(cdnCodes),
  disturbances: z.array(comparedDisturbance),
  /** Of the fault, or of what a watch has in its place. */
  failover: clockSpread.nullable(),
  flipFailover: clockSpread.nullable(),
  failingShare: share.nullable(),
  flipFailingShare: share.nullable(),
  predictedLost: count.nullable(),
  sourceAddress: z.enum(['kept', 'lost', 'changes']).nullable(),
});
