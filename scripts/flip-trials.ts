import * as z from 'zod';

/** What every table of flips reads of a trial in report.json. */
export const reportedTrial = z.object({
  index: z.int(),
  policy: z.string(),
  verdict: z.enum(['pass', 'fail', 'unknown']),
  reasons: z.array(z.object({ code: z.string(), text: z.string() })),
  requests: z.object({ started: z.int(), lost: z.int() }),
  probes: z.object({ new: z.object({ sent: z.int(), failed: z.int() }).nullable() }),
});
type ReportedTrial = z.infer<typeof reportedTrial>;

/** The trials with a result: those with a verdict, and those that are unknown for these reasons alone, which are findings. */
export const conclusive = <Trial extends ReportedTrial>(
  trials: readonly Trial[],
  findings: readonly string[],
): Trial[] =>
  trials.filter(
    ({ verdict, reasons }) => verdict !== 'unknown' || reasons.every(({ code }) => findings.includes(code)),
  );

/** Why nothing was measured; null: it was. */
export const unmeasured = ({ verdict, reasons }: ReportedTrial): string | null =>
  verdict === 'unknown' ? (reasons[0]?.text ?? 'unknown') : null;
