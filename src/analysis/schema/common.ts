import * as z from 'zod';
import { clockCodes } from '../../catalogue/clock-codes.ts';
import { type ClockName, clockNames } from '../../catalogue/clocks.ts';
import { reasonCodes as runReasonCodes } from '../../history/codes.ts';
import { doubtCodes } from '../doubt/codes.ts';

/* What the parts of report.json have in common. */

export const verdict = z.enum(['pass', 'fail', 'unknown']);
export const runOutcome = z.enum(['completed', 'aborted', 'interrupted', 'failed']);

/** Seconds of cluster time. */
export const secondsFigure = z.number();
export const count = z.int().min(0);
export const counts = <K extends string>(keys: readonly K[]) => z.partialRecord(z.enum(keys), count);

export const share = z.number().min(0).max(1);
/** Wilson, 95 %. */
export const shareInterval = z.object({ low: share, high: share });

/** Why a trial is not a pass: the analysis' reasons, and those that the run itself gave. */
export const trialReasonCodes = [...doubtCodes, ...runReasonCodes] as const;
export const trialReason = z.object({ code: z.enum(trialReasonCodes), text: z.string() });

const clockName = z.enum(clockNames);

export const clocks = z.object(
  Object.fromEntries(clockNames.map((name) => [name, secondsFigure.nullable()])) as Record<
    ClockName,
    z.ZodNullable<z.ZodNumber>
  >,
);
/** If a clock has a value, code and reason are null. */
export const clockNote = z.object({
  /**
   * failover: the outage may have gone on for this long after the reported end without a probe showing it (95 %). Others:
   * the interval at which the instrument looks. Null: not known.
   */
  resolutionSeconds: secondsFigure.nullable(),
  code: z.enum(clockCodes).nullable(),
  reason: z.string().nullable(),
  /** The clock has no value, but is known to be this or more. */
  atLeastSeconds: secondsFigure.nullable(),
});
export const clockNotes = z.partialRecord(clockName, clockNote);
