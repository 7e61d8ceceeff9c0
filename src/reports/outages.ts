import type { DisturbanceReport, OutageReport, Report, TrialReport } from '../analysis/schema.ts';
import { resolution } from './clock-words.ts';
import { disturbanceName, percent, repeatsOf, seconds, trialName } from './figures.ts';

/*
 * Outages: spans in which new connections failed. Not the same as failover, which counts from the disturbance.
 */

export const outageTitles = ['policy', 'after', 'began', 'lasted', 'new connections failed'] as const;

/** One row for each outage of each trial, in their order. */
export function outageRows(report: Pick<Report, 'trials' | 'comparison'>): string[][] {
  const repeats = repeatsOf(report);
  return report.trials.flatMap((trial) =>
    trial.disturbances.flatMap((disturbance) =>
      (disturbance.outages ?? []).map((outage) => rowOf(trial, disturbance, outage, repeats)),
    ),
  );
}

function rowOf(
  trial: TrialReport,
  disturbance: DisturbanceReport,
  outage: OutageReport,
  repeats: number,
): string[] {
  const doubt = trial.verdict === 'unknown' ? ' (unknown)' : '';
  return [
    `${trialName(trial, repeats)}${doubt}`,
    disturbanceName(disturbance),
    ...outageCells(disturbance, outage),
  ];
}

/** When it began, from its disturbance; how long it lasted; the share that failed within it. */
export const outageCells = (
  disturbance: Pick<DisturbanceReport, 'clocksSeconds' | 'clockNotes'>,
  outage: OutageReport,
): [string, string, string] => [
  `+${seconds(outage.beganSeconds)}`,
  lasted(disturbance, outage),
  `${percent(outage.share)} (${outage.failed} of ${outage.sent})`,
];

/** A late instrument may have missed the rest; what was seen to fail is a lower bound. */
function lasted(
  { clockNotes, clocksSeconds }: Pick<DisturbanceReport, 'clocksSeconds' | 'clockNotes'>,
  outage: OutageReport,
): string {
  const { lastedSeconds, resolutionSeconds } = outage;
  if (clocksSeconds.failover === null) return `>= ${seconds(lastedSeconds)}`;
  const fine = resolution(resolutionSeconds ?? clockNotes.failover?.resolutionSeconds ?? null);
  return `${seconds(lastedSeconds)}${fine === '' ? '' : `, ${fine}`}`;
}
