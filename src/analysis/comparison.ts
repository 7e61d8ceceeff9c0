import { median } from 'simple-statistics';
import type { ComparisonRow, TrialReport } from './schema.ts';
import { wilson } from './wilson.ts';

/** One row for each policy, over its repeats, in the order in which they were first run. */
export function compare(trials: readonly TrialReport[]): ComparisonRow[] {
  const policies = [...new Set(trials.map(({ policy }) => policy))];
  return policies.map((policy) =>
    rowOf(
      policy,
      trials.filter((trial) => trial.policy === policy),
    ),
  );
}

function rowOf(policy: string | null, trials: readonly TrialReport[]): ComparisonRow {
  const sum = (pick: (trial: TrialReport) => number) =>
    trials.reduce((total, trial) => total + pick(trial), 0);
  const started = sum(({ requests }) => requests.started);
  const lost = sum(({ requests }) => requests.lost);
  const all = trials.flatMap(({ disturbances }) => disturbances);
  const flips = all.filter(({ kind }) => kind === 'flip');
  // A fault, or what a watch has in its place.
  const faults = all.filter(({ kind }) => kind !== 'flip');
  const predictions = trials.flatMap(({ predicted }) => (predicted === null ? [] : [predicted.lost]));
  const sources = new Set(trials.map(({ sourceAddress }) => sourceAddress));
  const [source = null] = sources;
  return {
    policy,
    repeats: trials.length,
    unknownRepeats: 0,
    started,
    lost,
    interval: wilson(lost, started),
    expectedShare: mean(trials.map(({ predicted }) => predicted?.expectedShare ?? null)),
    expectedWithinChance: null,
    differences: [],
    disturbances: [],
    byCause: addUp(trials.map(({ requests }) => requests.byCause)),
    byCdnCode: addUp(trials.map(({ requests }) => requests.byCdnCode)),
    failover: spread(faults.map(({ clocksSeconds }) => clocksSeconds.failover)),
    flipFailover: spread(flips.map(({ clocksSeconds }) => clocksSeconds.failover)),
    failingShare: mean(faults.map(({ failingShare }) => failingShare)),
    flipFailingShare: mean(flips.map(({ failingShare }) => failingShare)),
    predictedLost: predictions.length === 0 ? null : predictions.reduce((total, one) => total + one, 0),
    sourceAddress: sources.size === 1 ? source : null,
  };
}

function addUp<K extends string>(all: readonly Partial<Record<K, number>>[]): Partial<Record<K, number>> {
  const total: Partial<Record<K, number>> = {};
  for (const counts of all) {
    for (const key of Object.keys(counts) as K[]) total[key] = (total[key] ?? 0) + (counts[key] ?? 0);
  }
  return total;
}

const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);

function spread(values: readonly (number | null)[]) {
  const seconds = known(values);
  if (seconds.length === 0) return null;
  const [min, max] = [Math.min(...seconds), Math.max(...seconds)];
  return { median: median(seconds), min, max, interval: { low: min, high: max }, repeats: seconds.length };
}

function mean(values: readonly (number | null)[]): number | null {
  const shares = known(values);
  return shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
