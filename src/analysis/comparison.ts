import { addCounts } from './build/count.ts';
import { type Fates, pairedFates } from './fates.ts';
import { independentDifference, isBeyondChance, pairedDifference } from './newcombe.ts';
import { pooled } from './pooled.ts';
import type { ComparisonRow, TrialReport } from './schema.ts';
import { spread } from './spread.ts';
import { wilson } from './wilson.ts';

/** What a trial's report does not hold and the comparison needs. */
export interface TrialAside {
  readonly fates: Fates;
  readonly nodeLosses: readonly { readonly node: string; readonly share: number }[];
  readonly busiestPod: { readonly share: number; readonly even: number } | null;
  readonly noticesSeconds: number | null;
}
/** The trials, by their index. */
export type Asides = ReadonlyMap<number, TrialAside>;

/** One row for each policy, over its repeats, in the order in which they were first run. */
export function compare(trials: readonly TrialReport[], asides: Asides): ComparisonRow[] {
  const policies = [...new Set(trials.map(({ policy }) => policy))];
  const rows: ComparisonRow[] = [];
  for (const policy of policies) {
    const own = trials.filter((trial) => trial.policy === policy);
    rows.push({ ...rowOf(policy, own), differences: [], ...byTopology(own, asides) });
  }
  return rows.map((row, index) => ({
    ...row,
    differences: rows.slice(0, index).flatMap((earlier) => {
      const own = (policy: string | null) => trials.filter((one) => one.policy === policy && isCounted(one));
      return differenceOf(earlier, row, fatesInPairs(own(earlier.policy), own(row.policy), asides));
    }),
  }));
}

type Difference = ComparisonRow['differences'][number];
type Counted = Pick<ComparisonRow, 'policy' | 'lost' | 'started'>;

/** What the later row lost more than the earlier: on the same draws if every stream of the two has its pair. */
function differenceOf(
  earlier: Counted,
  row: Counted,
  repeats: readonly (readonly [Fates, Fates])[],
): Difference[] {
  const pairs = pairedFates(repeats);
  // Pairs are [this, earlier], so that a positive difference is a greater loss than before.
  const found =
    pairs === null
      ? independentDifference(
          { hits: row.lost, tries: row.started },
          { hits: earlier.lost, tries: earlier.started },
        )
      : pairedDifference(pairs);
  if (found === null) return [];
  const { difference, low, high } = found;
  return [
    {
      policy: earlier.policy,
      withinChance: !isBeyondChance(found),
      difference,
      interval: { low, high },
      pairs:
        pairs === null
          ? null
          : { both: pairs.both, onlyThis: pairs.first, onlyOther: pairs.second, neither: pairs.neither },
    },
  ];
}

type OfTopology = 'ifNodeDies' | 'busiestPod' | 'balancerNoticesSeconds';

/** The share that each node's death would take, with the pods placed as in the first repeat that counts. */
function byTopology(all: readonly TrialReport[], asides: Asides): Pick<ComparisonRow, OfTopology> {
  const first = all.find(isCounted);
  const found = first === undefined ? undefined : asides.get(first.index);
  return {
    ifNodeDies: [...(found?.nodeLosses ?? [])],
    busiestPod: found?.busiestPod ?? null,
    balancerNoticesSeconds: found?.noticesSeconds ?? null,
  };
}

/** The fates of each repeat that counts under both policies, the later policy's first. */
function fatesInPairs(
  earlier: readonly TrialReport[],
  later: readonly TrialReport[],
  asides: Asides,
): (readonly [Fates, Fates])[] {
  return later.flatMap(({ index, repeat }) => {
    const other = earlier.find((one) => one.repeat === repeat);
    const [mine, theirs] = [asides.get(index), other === undefined ? undefined : asides.get(other.index)];
    return mine === undefined || theirs === undefined ? [] : [[mine.fates, theirs.fates] as const];
  });
}

/**
 * Whether a repeat is among the pooled figures: those that are unknown are not, whatever their reason. One in which new
 * connections never recovered counts if a limit makes it a failure.
 */
export const isCounted = ({ verdict }: TrialReport): boolean => verdict !== 'unknown';

function rowOf(
  policy: string | null,
  all: readonly TrialReport[],
): Omit<ComparisonRow, 'differences' | OfTopology> {
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
    expectedLostShare: mean(trials.map(expectedLostShare)),
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

/** As long as no stream was on what the fault takes, nothing is known of how many can finish in time. */
function expectedLostShare({ atInjection, predicted }: TrialReport): number | null {
  if (predicted === null) return null;
  const through = atInjection?.throughTarget ?? 0;
  return predicted.expectedShare * (through === 0 ? 1 : Math.min(1, predicted.lost / through));
}

/** Of the streams in flight at the injection, those that were on what the fault takes, against the expected share. */
function isExpected(trials: readonly TrialReport[]): boolean | null {
  const atFault = trials.flatMap(({ atInjection, predicted }) =>
    atInjection === null || predicted === null ? [] : [{ ...atInjection, ...predicted }],
  );
  const inFlight = atFault.reduce((total, one) => total + one.inFlight, 0);
  const interval = wilson(
    atFault.reduce((total, one) => total + one.throughTarget, 0),
    inFlight,
  );
  if (interval === null) return null;
  const expected = atFault.reduce((total, one) => total + one.expectedShare * one.inFlight, 0) / inFlight;
  return expected >= interval.low && expected <= interval.high;
}

function mean(values: readonly (number | null)[]): number | null {
  const shares = values.filter((value) => value !== null);
  return shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
