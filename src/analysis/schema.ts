import * as z from 'zod';
import { providerName } from '../plan/schema.ts';
import {
  type clockNote,
  type clockNotes,
  type clocks,
  runOutcome,
  trialReason,
  type trialReasonCodes,
  verdict,
} from './schema/common.ts';
import {
  type clockGap,
  type clockSpread,
  type comparedDisturbance,
  comparisonRow,
} from './schema/comparison.ts';
import type { customers, customersView, disturbanceReport, outage } from './schema/disturbance.ts';
import { trialReport } from './schema/trial.ts';

/*
 * report.json. Every duration is in seconds of cluster time. A clock without a value is null, and clockNotes say why.
 * An interval is Wilson's, 95 %. Its parts are in schema/.
 */
export const reportVersion = 2;

const expectationReport = z.object({
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
export type TrialReasonCode = (typeof trialReasonCodes)[number];
export type Verdict = z.infer<typeof verdict>;
