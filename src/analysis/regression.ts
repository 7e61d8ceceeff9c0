import { independentDifference, isBeyondChance } from './newcombe.ts';
import type { ClockSpread, ComparedDisturbance, ComparisonRow, ExpectationReport, Report } from './schema.ts';

/** unknown: one of the two has no figure that counts. */
export type ChangeVerdict = 'regression' | 'improvement' | 'no difference' | 'unknown';

export interface ComparedFigure {
  readonly policy: string | null;
  readonly figure: string;
  readonly before: string;
  readonly after: string;
  readonly change: ChangeVerdict;
}

/**
 * What changed from one report to another of the same experiment. Shares differ if 0 lies outside Newcombe's 95 % interval of
 * their difference, clocks if their intervals (resolution included) do not meet: the bootstrap interval of the median where
 * the repeats suffice for 95 %, else their whole range. What may be chance is no difference.
 */
export function compareReports(before: Report, after: Report): ComparedFigure[] {
  const policies = [...new Set([...before.comparison, ...after.comparison].map(({ policy }) => policy))];
  const of = ({ comparison }: Report, policy: string | null) =>
    comparison.find((row) => row.policy === policy);
  const rows = policies.flatMap((policy) => policyRows(policy, of(before, policy), of(after, policy)));
  return [...rows, ...expectationRows(before, after)];
}

function policyRows(
  policy: string | null,
  one: ComparisonRow | undefined,
  other: ComparisonRow | undefined,
): ComparedFigure[] {
  const counts = (row: ComparisonRow) => row.repeats > row.unknownRepeats;
  if (one === undefined || other === undefined || !counts(one) || !counts(other)) {
    const state = (row: ComparisonRow | undefined) =>
      row === undefined ? 'not run' : counts(row) ? 'measured' : 'unknown';
    return [{ policy, figure: 'any', before: state(one), after: state(other), change: 'unknown' }];
  }
  const kinds = [...new Set([...one.disturbances, ...other.disturbances].map(({ kind }) => kind))];
  const clocks = kinds.flatMap((kind) => {
    const find = (row: ComparisonRow) => row.disturbances.find((found) => found.kind === kind);
    return kind === null ? [] : [clockRow(policy, kind, find(one), find(other))];
  });
  return [lostRow(policy, one, other), ...clocks, ...addressRow(policy, one, other)];
}

function lostRow(policy: string | null, one: ComparisonRow, other: ComparisonRow): ComparedFigure {
  const share = ({ lost, started }: ComparisonRow) => (started === 0 ? 0 : lost / started);
  const text = (row: ComparisonRow) => `${row.lost} of ${row.started}`;
  const worse = share(other) > share(one);
  const proportion = ({ lost, started }: ComparisonRow) => ({ hits: lost, tries: started });
  const difference = independentDifference(proportion(one), proportion(other));
  const change = difference !== null && isBeyondChance(difference) ? changed(worse) : 'no difference';
  return { policy, figure: 'lost streams', before: text(one), after: text(other), change };
}

function clockRow(
  policy: string | null,
  kind: string,
  one: ComparedDisturbance | undefined,
  other: ComparedDisturbance | undefined,
): ComparedFigure {
  const never = (found: ComparedDisturbance | undefined) =>
    found?.failoverGaps.some(({ code }) => code === 'never-recovered') ?? false;
  const text = (found: ComparedDisturbance | undefined) =>
    never(found)
      ? 'never recovered'
      : found?.failover == null
        ? 'unknown'
        : `${found.failover.median.toFixed(1)} s (${intervalOf(found.failover).low.toFixed(1)}..${intervalOf(found.failover).high.toFixed(1)})`;
  const row = { policy, figure: `failover after the ${kind}`, before: text(one), after: text(other) };
  if (never(one) !== never(other)) {
    const known = never(one) ? other?.failover != null : one?.failover != null;
    return { ...row, change: known ? changed(never(other)) : 'unknown' };
  }
  const [first, second] = [one, other].map((found) =>
    found?.failover == null ? undefined : intervalOf(found.failover),
  );
  if (never(one)) return { ...row, change: 'no difference' };
  if (first === undefined || second === undefined) return { ...row, change: 'unknown' };
  const apart = second.low > first.high || second.high < first.low;
  return { ...row, change: apart ? changed(second.low > first.high) : 'no difference' };
}

/** Six repeats or more bound the median at 95 %; fewer do not, and their range is used instead. */
const intervalOf = ({ bootstrap, interval }: ClockSpread): { low: number; high: number } =>
  bootstrap != null && bootstrap.confidence >= 0.95 ? bootstrap : interval;

function addressRow(policy: string | null, one: ComparisonRow, other: ComparisonRow): ComparedFigure[] {
  const [before, after] = [one.sourceAddress, other.sourceAddress];
  if (before === after || before === null || after === null) return [];
  return [{ policy, figure: 'client address', before, after, change: changed(before === 'kept') }];
}

/** The expectations that both have; one whose verdict is the same adds nothing to the figures. */
function expectationRows(before: Report, after: Report): ComparedFigure[] {
  const same = (row: ExpectationReport) =>
    before.expectations.find(({ text, policy }) => text === row.text && policy === row.policy);
  return after.expectations.flatMap((row) => {
    const old = same(row);
    if (old === undefined || old.verdict === row.verdict) return [];
    const known = old.verdict !== 'unknown' && row.verdict !== 'unknown';
    const change = known
      ? changed(row.verdict === 'fail')
      : row.verdict === 'fail'
        ? 'regression'
        : 'unknown';
    return [
      { policy: row.policy, figure: row.text, before: old.verdict, after: row.verdict, change } as const,
    ];
  });
}

const changed = (worse: boolean): ChangeVerdict => (worse ? 'regression' : 'improvement');
