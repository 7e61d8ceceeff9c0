import type { Report, TrialReport } from '../analysis/schema.ts';
import { policyName, seconds } from './words.ts';

/** One sentence for each instrument that was too late for its figures to be exact, with its trial. */
export function latenessLines({ trials, timeScale }: Pick<Report, 'trials' | 'timeScale'>): string[] {
  return trials.flatMap(({ policy, repeat, untrusted }) =>
    byInstrument(untrusted).map(({ instrument, from, to, maxLatenessMs }) => {
      const late = `${maxLatenessMs.toFixed(0)} ms`;
      const inCluster =
        timeScale === 1 ? '' : ` (${seconds((maxLatenessMs / 1000) * timeScale)} of cluster time)`;
      return `${policyName(policy)}, repeat ${repeat + 1}: ${instrument} was up to ${late} late${inCluster} between ${from.toFixed(1)} and ${to.toFixed(1)} s: this machine was busy, and figures from that time are not exact`;
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
