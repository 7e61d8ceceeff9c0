import { nsPerMs } from '../base/units.ts';
import { probeLatenessLimit } from '../history/lateness.ts';
import type { Plan } from '../plan/schema.ts';
import type { TrialRecord } from './records.ts';
import type { TrialReport } from './schema.ts';
import type { ClusterTime } from './time.ts';

/** Windows in which an instrument was too late to be trusted, neighbours joined. */
export function untrustedOf(plan: Plan, trial: TrialRecord, time: ClusterTime): TrialReport['untrusted'] {
  const spans: TrialReport['untrusted'] = [];
  for (const { instrument, t, windowMs, maxMs } of trial.lateness) {
    if (maxMs <= limitOf(plan, instrument)) continue;
    const from = time.seconds(trial.start.t, t - windowMs * nsPerMs);
    const to = time.seconds(trial.start.t, t);
    const last = spans.findLast((span) => span.instrument === instrument);
    if (last !== undefined && from <= last.to + 1) {
      last.to = Math.max(last.to, to);
      last.maxLatenessMs = Math.max(last.maxLatenessMs, maxMs);
    } else spans.push({ instrument, from, to, maxLatenessMs: maxMs });
  }
  return spans;
}

function limitOf(plan: Plan, instrument: string): number {
  const load = plan.load.find(({ name }) => name === instrument);
  if (load?.kind === 'probe') return probeLatenessLimit(load.rate * plan.timeScale);
  // A stream's start may be late by what no clock is read from.
  if (load !== undefined) return 1000;
  // The edge: a check later than half its interval is a check of another interval.
  const shortest = Math.min(plan.edge.checks.Cluster.intervalMs, plan.edge.checks.Local.intervalMs);
  return Math.max(50, shortest / plan.timeScale / 2);
}
