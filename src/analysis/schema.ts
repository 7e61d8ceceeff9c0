import * as z from 'zod';
import { type Cause, type CdnCode, type ClockName, causes, cdnCodes, clockNames } from '../base/words.ts';
import { outcomes } from '../history/schema.ts';
import { providerName } from '../plan/schema.ts';

/*
 * report.json. Every duration is in seconds of cluster time. A clock that did not tick is null, and clockNotes say why.
 * Where an interval is given it is Wilson's, 95 %.
 */
export const reportVersion = 1;

export { type Cause, type CdnCode, type ClockName, causes, cdnCodes, clockNames };
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
export const clockNotes = z.partialRecord(
  clockName,
  z.object({ resolutionSeconds: seconds.nullable(), reason: z.string().nullable() }),
);

const laneCounts = z.object({
  sent: count,
  failed: count,
  byOutcome: counts(outcomes),
  byCause: counts(causes),
  byCdnCode: counts(cdnCodes),
});

export const disturbanceReport = z.object({
  /** command: the user's, under `midflight watch`. outage: no command was given; from the last probe that succeeded before one failed. */
  kind: z.enum(['flip', 'fault', 'command', 'outage']),
  name: z.string(),
  node: z.string().nullable(),
  /** Seconds of cluster time since the trial's start. */
  at: seconds,
  /** Streams lost by it. */
  requestsLost: count,
  /** Of those, streams begun before it and after it. */
  lostBegunBefore: count,
  lostBegunAfter: count,
  /** Share of new-lane probes failing between it and its failover. */
  failingShare: z.number().nullable(),
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
  reason: z.string().nullable(),
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
  clocksSeconds: clocks,
  clockNotes,
  sourceAddress: z.enum(['kept', 'lost', 'changes']).nullable(),
  /** Spans in which an instrument was too late to be trusted: seconds of cluster time since the trial's start. */
  untrusted: z.array(
    z.object({ instrument: z.string(), from: seconds, to: seconds, maxLatenessMs: z.number() }),
  ),
});

export const comparisonRow = z.object({
  policy: z.string().nullable(),
  repeats: z.int(),
  started: count,
  lost: count,
  /** Wilson 95 % of lost/started. */
  interval: z.object({ low: z.number(), high: z.number() }).nullable(),
  byCause: counts(causes),
  byCdnCode: counts(cdnCodes),
  failover: z.object({ median: seconds, min: seconds, max: seconds }).nullable(),
  flipFailover: z.object({ median: seconds, min: seconds, max: seconds }).nullable(),
  failingShare: z.number().nullable(),
  flipFailingShare: z.number().nullable(),
  predictedLost: count.nullable(),
  sourceAddress: z.enum(['kept', 'lost', 'changes']).nullable(),
});

export const expectationReport = z.object({
  text: z.string(),
  policy: z.string().nullable(),
  measured: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  verdict,
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
export type ClockNotes = z.infer<typeof clockNotes>;
