import type { Report, TrialReport } from '../analysis/schema.ts';
import { repeatsOf, seconds, trialName } from './figures.ts';

export const latenessTitle = 'This machine was busy: figures from these times are not exact';
export const latenessTitles = ['trial', 'instrument', 'late by up to', 'between'] as const;

type Sources = Pick<Report, 'trials' | 'timeScale' | 'comparison'>;

/** A row for each instrument of each trial that was too late for its figures to be exact. */
export function latenessRows(report: Sources): string[][] {
  const { trials, timeScale } = report;
  return trials.flatMap((trial) =>
    byInstrument(trial.untrusted).map(({ instrument, from, to, maxLatenessMs }) => {
      const inCluster =
        timeScale === 1 ? '' : ` (${seconds((maxLatenessMs / 1000) * timeScale)} of cluster time)`;
      return [
        trialName(trial, repeatsOf(report)),
        instrument,
        `${maxLatenessMs.toFixed(0)} ms${inCluster}`,
        `${from.toFixed(1)} and ${to.toFixed(1)} s`,
      ];
    }),
  );
}

/** One span for each instrument, from its first lateness to its last. */
function byInstrument(spans: TrialReport['untrusted']): TrialReport['untrusted'] {
  const joined = new Map<string, TrialReport['untrusted'][number]>();
  for (const span of spans) {
    const present = joined.get(span.instrument);
    if (present === undefined) joined.set(span.instrument, { ...span });
    else {
      present.from = Math.min(present.from, span.from);
      present.to = Math.max(present.to, span.to);
      present.maxLatenessMs = Math.max(present.maxLatenessMs, span.maxLatenessMs);
    }
  }
  return [...joined.values()];
}
