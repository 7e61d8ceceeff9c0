import * as z from 'zod';
import { causes } from '../../catalogue/causes.ts';
import { cdnCodes } from '../../catalogue/cdn-codes.ts';
import { outcomes } from '../../catalogue/outcomes.ts';
import { policyMeaning } from '../../history/events/meaning.ts';
import {
  clockNotes,
  clocks,
  count,
  counts,
  runOutcome,
  secondsFigure,
  trialReason,
  verdict,
} from './common.ts';
import { customersView, disturbanceReport } from './disturbance.ts';

const laneCounts = z.object({
  sent: count,
  failed: count,
  byOutcome: counts(outcomes),
  byCause: counts(causes),
  byCdnCode: counts(cdnCodes),
});

export const trialReport = z.object({
  index: z.int(),
  policy: z.string().nullable(),
  /** What the policy's name means; null: a watch. */
  traffic: policyMeaning.nullable(),
  /**
   * `noun`: as a sentence names it, `preemption`. `node`: the first of its nodes; null: it takes the pods of a workload,
   * wherever they run. `nodes`: all of them, if there are several. `pod`: of a fault that takes pods.
   */
  fault: z
    .object({
      kind: z.string(),
      node: z.string().nullable(),
      nodes: z.array(z.string()).optional(),
      pod: z.enum(['ingress', 'app']).optional(),
      noun: z.string(),
    })
    .nullable(),
  repeat: z.int(),
  outcome: runOutcome,
  verdict,
  /** The reasons in one line. */
  reason: z.string().nullable(),
  /** Why it is not a pass, the cause first. */
  reasons: z.array(trialReason),
  requests: z.object({
    started: count,
    completed: count,
    lost: count,
    cancelled: count,
    avoidableByLocal: count,
    byOutcome: counts(outcomes),
    byOutcomeClient: counts(outcomes),
    byCause: counts(causes),
    byCdnCode: counts(cdnCodes),
  }),
  probes: z.object({ new: laneCounts.nullable(), reused: laneCounts.nullable() }),
  /** What became of the connection that the reused lane keeps; null: there is no such lane. */
  keptConnection: z
    .object({
      /** Requests that opened one: the first, each after a loss, and those that came due while all were busy. */
      opened: count,
      /** Requests on a kept one that had no answer at all: nothing had shown that it was dead. */
      silentlyDead: count,
      /** Requests on a kept one that was closed or reset under them. */
      closedUnder: count,
      /** Seconds of cluster time since the trial's start: the first request that found it silent was due, */
      deadFrom: secondsFigure.nullable(),
      /** and the first after that which succeeded on another was sent. */
      replacedAt: secondsFigure.nullable(),
    })
    .nullable(),
  /** Short requests of engines beside ours (autocannon, k6), by load name. */
  engines: z.record(
    z.string(),
    z.object({
      engine: z.string(),
      started: count,
      completed: count,
      lost: count,
      byOutcome: counts(outcomes),
      problems: z.array(z.string()),
    }),
  ),
  atInjection: z.object({ inFlight: count, throughTarget: count }).nullable(),
  predicted: z.object({ lost: count, expectedShare: z.number() }).nullable(),
  disturbances: z.array(disturbanceReport),
  /** What was lost outside of any disturbance, among all that were started; null: nothing. */
  outside: customersView.nullable(),
  clocksSeconds: clocks,
  clockNotes,
  sourceAddress: z.enum(['kept', 'lost', 'changes']).nullable(),
  /** Spans in which an instrument was too late to be trusted: seconds of cluster time since the trial's start. */
  untrusted: z.array(
    z.object({ instrument: z.string(), from: secondsFigure, to: secondsFigure, maxLatenessMs: z.number() }),
  ),
});
