import * as z from 'zod';
import {
  type Cause,
  type CdnCode,
  type ClockCode,
  type ClockName,
  causes,
  cdnCodes,
  clockCodes,
  clockNames,
  type DisturbanceKind,
  disturbanceKinds,
  doubtCodes,
} from '../base/words.ts';
import { reasonCodes as runReasonCodes } from '../history/codes.ts';
import { outcomes } from '../history/schema.ts';
import { providerName } from '../plan/schema.ts';

/*
 * report.json. Every duration is in seconds of cluster time. A clock that did not tick is null, and clockNotes say why.
 * Where an interval is given it is Wilson's, 95 %.
 */
export const reportVersion = 2;

export {
  type Cause,
  type CdnCode,
  type ClockCode,
  type ClockName,
  causes,
  cdnCodes,
  clockCodes,
  clockNames,
  type DisturbanceKind,
  disturbanceKinds,
};

/** Why a trial is not a pass: the analysis' reasons, and those that the run itself gave. */
export const reasonCodes = [...doubtCodes, ...runReasonCodes] as const;
export type ReasonCode = (typeof reasonCodes)[number];
export const cause = z.enum(causes);

export const clockName = z.enum(clockNames);

export const verdict = z.enum(['pass', 'fail', 'unknown']);
export const runOutcome = z.enum(['completed', 'aborted', 'interrupted', 'failed']);
export type Verdict = z.infer<typeof verdict>;

const seconds = z.number();
const count = z.int().min(0);
const counts = <K extends string>(keys: readonly K[]) => z.partialRecord(z.enum(keys), count);

export const clocks = z.object(
  Object.fromEntries(clockNames.map((name) => [name, seconds.nullable()])) as Record<
    ClockName,
    z.ZodNullable<z.ZodNumber>
  >,
);
/** Where a clock has a value, code and reason are null. */
export const clockNote = z.object({
  /**
   * failover: the outage may have gone on for this long after the reported end without a probe showing it (95 %). Others:
   * the interval at which the instrument looks. Null: not known.
   */
  resolutionSeconds: seconds.nullable(),
  code: z.enum(clockCodes).nullable(),
  reason: z.string().nullable(),
  /** The clock has no value, but is known to be this or more. */
  atLeastSeconds: seconds.nullable(),
});
export const clockNotes = z.partialRecord(clockName, clockNote);

const share = z.number().min(0).max(1);
/** Wilson, 95 %. */
const interval = z.object({ low: share, high: share });

/** A span in which new connections failed, by the due times of probes. Seconds of cluster time since its disturbance. */
export const outage = z.object({
  /** The first failed probe was due. */
  beganSeconds: seconds,
  /** From the first to the last failed probe: 0 where one failed. */
  lastedSeconds: seconds,
  /** How much longer it may have lasted unseen at its end (95 %); null: not known. */
  resolutionSeconds: seconds.nullable(),
  /** Of the probes due from the first failed to the last failed, both included. */
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

/** Streams under way at the disturbance or begun after it, and new connections due within its outages. */
export const customersView = z.object({ streams: customers, newConnections: customers.nullable() });

export const trialReason = z.object({ code: z.enum(reasonCodes), text: z.string() });

const laneCounts = z.object({
  sent: count,
  failed: count,
  byOutcome: counts(outcomes),
  byCause: counts(causes),
  byCdnCode: counts(cdnCodes),
});

export const disturbanceReport = z.object({
  kind: z.enum(disturbanceKinds),
  name: z.string(),
  node: z.string().nullable(),
  /** Seconds of cluster time since the trial's start. */
  at: seconds,
  /** Streams lost by it. */
  requestsLost: count,
  /** Of those, streams begun before it and after it. */
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

export const trialReport = z.object({
  index: z.int(),
  policy: z.string().nullable(),
  fault: z.object({ kind: z.string(), node: z.string() }).nullable(),
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
      /** Requests on a kept one that had no answer at all: nobody had told that it was dead. */
      silentlyDead: count,
      /** Requests on a kept one that was closed or reset under them. */
      closedUnder: count,
      /** Seconds of cluster time since the trial's start: the first request that found it silent was due, */
      deadFrom: seconds.nullable(),
      /** and the first after that which succeeded on another was sent. */
      replacedAt: seconds.nullable(),
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
  /** What was lost outside of any disturbance, among all that were begun; null: nothing. */
  outside: customersView.nullable(),
  clocksSeconds: clocks,
  clockNotes,
  sourceAddress: z.enum(['kept', 'lost', 'changes']).nullable(),
  /** Spans in which an instrument was too late to be trusted: seconds of cluster time since the trial's start. */
  untrusted: z.array(
    z.object({ instrument: z.string(), from: seconds, to: seconds, maxLatenessMs: z.number() }),
  ),
});

/** A clock over repeats. */
export const clockSpread = z.object({
  median: seconds,
  min: seconds,
  max: seconds,
  /** Where the true values lie, resolution included: from the last failed probe of the least to the greatest plus its resolution. */
  interval: z.object({ low: seconds, high: seconds }),
  /** Repeats that measured it. */
  repeats: z.int(),
});

/** Repeats whose failover has no value, by reason. */
export const clockGap = z.object({
  code: z.enum(clockCodes),
  repeats: z.int(),
  /** The largest known bound among them. */
  atLeastSeconds: seconds.nullable(),
});

/** One kind of disturbance over the repeats that count. */
export const comparedDisturbance = z.object({
  /** null: what was lost outside of any disturbance. */
  kind: z.enum(disturbanceKinds).nullable(),
  failover: clockSpread.nullable(),
  failoverGaps: z.array(clockGap),
  /** Probes within outages, over all repeats; null: no probe. */
  outage: z
    .object({ sent: count, failed: count, share: share.nullable(), longestSeconds: seconds })
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
  repeats: z.int(),
  /** Of those, left out of the figures. */
  unknownRepeats: z.int(),
  started: count,
  lost: count,
  /** Wilson 95 % of lost/started. */
  interval: interval.nullable(),
  /** From topology and policy alone: the share of streams that the fault takes. Null: no fault. */
  expectedShare: share.nullable(),
  /** Whether the streams lost to the fault differ from the expected share by no more than chance (95 %). */
  expectedWithinChance: z.boolean().nullable(),
  /** Each earlier row: whether the shares of lost streams differ by no more than chance (95 %, Newcombe). */
  differences: z.array(z.object({ policy: z.string().nullable(), withinChance: z.boolean() })),
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

export const expectationReport = z.object({
  text: z.string(),
  policy: z.string().nullable(),
  measured: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  /** Of `measured` and of the limit: a share is 0 to 1. */
  unit: z.enum(['count', 'seconds', 'share', 'word']),
  verdict,
  /** Why it is unknown or failed; null: it passed. */
  reason: trialReason.nullable(),
  line: z.int().nullable(),
});

export const report = z.object({
  schemaVersion: z.literal(reportVersion),
  midflightVersion: z.string(),
  experiment: z.string(),
  description: z.string(),
  provider: providerName,
  timeScale: z.number(),
  seed: z.int(),
  startedAt: z.string(),
  wallSeconds: z.number(),
  verdict,
  outcome: runOutcome,
  reason: z.string().nullable(),
  versions: z.record(z.string(), z.string()),
  notices: z.array(z.string()),
  trials: z.array(trialReport),
  comparison: z.array(comparisonRow),
  expectations: z.array(expectationReport),
});

export type Report = z.infer<typeof report>;
export type TrialReport = z.infer<typeof trialReport>;
export type DisturbanceReport = z.infer<typeof disturbanceReport>;
export type ComparisonRow = z.infer<typeof comparisonRow>;
export type ExpectationReport = z.infer<typeof expectationReport>;
export type Clocks = z.infer<typeof clocks>;
export type ClockNote = z.infer<typeof clockNote>;
export type ClockNotes = z.infer<typeof clockNotes>;
export type ClockSpread = z.infer<typeof clockSpread>;
export type ClockGap = z.infer<typeof clockGap>;
export type ComparedDisturbance = z.infer<typeof comparedDisturbance>;
export type Customers = z.infer<typeof customers>;
export type CustomersView = z.infer<typeof customersView>;
export type OutageReport = z.infer<typeof outage>;
export type TrialReason = z.infer<typeof trialReason>;
