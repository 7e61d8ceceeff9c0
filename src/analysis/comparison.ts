import { addCounts } from './build/count.ts';
import { pooled } from './pooled.ts';
import type { ComparisonRow, TrialReport } from './schema.ts';
import { spread } from './spread.ts';
import { sharesDiffer, wilson } from './wilson.ts';

/** One row for each policy, over its repeats, in the order in which they were first run. */
export function compare(trials: readonly TrialReport[]): ComparisonRow[] {
  const policies = [...new Set(trials.map(({ policy }) => policy))];
  const rows: ComparisonRow[] = [];
  for (const policy of policies) {
    const own = trials.filter((trial) => trial.policy === policy);
    rows.push({ ...rowOf(policy, own), differences: [] });
  }
  return rows.map((row, index) => ({
    ...row,
    differences: rows.slice(0, index).flatMap((earlier) => {
      if (earlier.started === 0 || row.started === 0) return [];
      return [{ policy: earlier.policy, withinChance: !sharesDiffer(earlier, row) }];
    }),
  }));
}

/**
 * Whether a repeat is among the pooled figures: those that are unknown are not, whatever their reason. One in which new
 * connections never recovered counts if a limit makes it a failure.
 */
export const isCounted = ({ verdict }: TrialReport): boolean => verdict !== 'unknown';

function rowOf(policy: string | null, all: readonly TrialReport[]): Omit<ComparisonRow, 'differences'> {
  const trials = all.filter(isCounted);
  const sum = (pick: (trial: TrialReport) => number) =>
    trials.reduce((total, trial) => total + pick(trial), 0);
  const started = sum(({ requests }) => requests.started);
  const lost = sum(({ requests }) => requests.lost);
  const disturbances = trials.flatMap((trial) => trial.disturbances);
  const flips = disturbances.filter(({ kind }) => kind === 'flip');
  // A fault, or what a watch has in its place.
  const faults = disturbances.filter(
    ({ kind }) => kind === 'fault' || kind === 'command' || kind === 'outage',
  );
  const predictions = trials.flatMap(({ predicted }) => (predicted === null ? [] : [predicted]));
  const sources = new Set(trials.map(({ sourceAddress }) => sourceAddress));
  const [source = null] = sources;
  return {
    policy,
    traffic: all[0]?.traffic ?? null,
    repeats: all.length,
    unknownRepeats: all.length - trials.length,
    started,
    lost,
    interval: wilson(lost, started),
    expectedShare: mean(predictions.map(({ expectedShare }) => expectedShare)),
    expectedWithinChance: isExpected(trials),
    byCause: addCounts(trials.map(({ requests }) => requests.byCause)),
    byCdnCode: addCounts(trials.map(({ requests }) => requests.byCdnCode)),
    disturbances: pooled(trials),
    failover: spread(faults),
    flipFailover: spread(flips),
    failingShare: mean(faults.map(({ failingShare }) => failingShare)),
    flipFailingShare: mean(flips.map(({ failingShare }) => failingShare)),
    predictedLost: predictions.length === 0 ? null : predictions.reduce((total, one) => total + one.lost, 0),
    sourceAddress: sources.size === 1 ? source : null,
  };
}

/** Of the streams in flight at the injection, those that were on what the fault takes, against the expected share. */
function isExpected(trials: readonly TrialReport[]): boolean | null {
  const struck = trials.flatMap(({ atInjection, predicted }) =>
    atInjection === null || predicted === null ? [] : [{ ...atInjection, ...predicted }],
  );
  const inFlight = struck.reduce((total, one) => total + one.inFlight, 0);
  const interval = wilson(
    struck.reduce((total, one) => total + one.throughTarget, 0),
    inFlight,
  );
  if (interval === null) return null;
  const expected = struck.reduce((total, one) => total + one.expectedShare * one.inFlight, 0) / inFlight;
  return expected >= interval.low && expected <= interval.high;
}

function mean(values: readonly (number | null)[]): number | null {
  const shares = values.filter((value) => value !== null);
  return shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
