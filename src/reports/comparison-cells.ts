import type { ComparedDisturbance, ComparisonRow } from '../analysis/schema.ts';
import { disturbanceKinds } from '../catalogue/disturbances.ts';
import { failoverText } from './clock-words.ts';
import { address, causeList, interval, percent, policyLabel, seconds } from './figures.ts';

/*
 * The comparison of policies as text, the same cells in every form of the report.
 */

export const comparisonTitles = [
  'policy',
  'lost',
  'expected',
  'cause',
  'failover',
  'new connections failing',
  'client address',
] as const;

/** Which columns have a figure in any row; the first two always. `-` in all of them is no information (for a watch, for instance). */
export function columnsInUse(rows: readonly (readonly string[])[]): (cells: readonly string[]) => string[] {
  const used = comparisonTitles.map(
    (_, index) => index < 2 || rows.some((cells) => cells[index] !== '-' && cells[index] !== ''),
  );
  return (cells) => cells.filter((_, index) => used[index]);
}

/** The cells of a row in the order of their titles, one line for each kind of disturbance. */
export const cellLines = (cells: ComparisonCells): string[][] =>
  cells.disturbances.map(({ failover, failing }, index) =>
    index > 0
      ? ['', '', '', '', failover, failing, '']
      : [
          `${cells.policy}${cells.doubt === null ? '' : ` (${cells.doubt})`}`,
          cells.lost,
          cells.expected,
          cells.cause,
          failover,
          failing,
          cells.address,
        ],
  );

export interface ComparisonCells {
  readonly policy: string;
  /** `1 of 3 repeats unknown`; null: all count. */
  readonly doubt: string | null;
  /** `12 of 60, 20 % (12..32 %)`; unknown if no repeat counts. */
  readonly lost: string;
  readonly anyLost: boolean | null;
  readonly expected: string;
  readonly cause: string;
  /** One for each kind of disturbance, in their order; at least one. */
  readonly disturbances: readonly { readonly failover: string; readonly failing: string }[];
  readonly address: string;
}

export function comparisonCells(row: ComparisonRow): ComparisonCells {
  const { policy, repeats, unknownRepeats, started, lost, byCause, sourceAddress } = row;
  const counted = repeats - unknownRepeats;
  const own = inTime(row.disturbances).filter(({ kind }) => kind !== null);
  const prefix = (one: ComparedDisturbance) =>
    own.length > 1 || one.kind === 'step' ? `${kindName(one)}: ` : '';
  const lines = own.map((one) => ({
    failover: `${prefix(one)}${failoverText(one.failover, one.failoverGaps)}`,
    failing: `${prefix(one)}${failing(one.outage)}`,
  }));
  const nothing = counted === 0 ? 'unknown' : '-';
  return {
    policy: policyLabel(policy),
    doubt: doubtOf(row),
    lost: counted === 0 ? 'unknown' : lostText(lost, started, interval(row)),
    anyLost: counted === 0 ? null : lost > 0,
    expected: expectedText(row) ?? nothing,
    cause: counted === 0 ? 'unknown' : causeList(byCause),
    disturbances: lines.length === 0 ? [{ failover: nothing, failing: nothing }] : lines,
    address: counted === 0 ? 'unknown' : address(sourceAddress),
  };
}

function doubtOf({ repeats, unknownRepeats }: ComparisonRow): string | null {
  if (unknownRepeats === 0) return null;
  if (repeats === 1) return 'unknown';
  return unknownRepeats === repeats
    ? `all ${repeats} repeats unknown`
    : `${unknownRepeats} of ${repeats} repeats unknown, left out`;
}

/** `20 %`; `100 %, with its grace 0 %` if some of the streams on what the fault takes can finish before it does; null: no fault. */
function expectedText({ expectedShare, expectedLostShare }: ComparisonRow): string | null {
  if (expectedShare === null) return null;
  const whole = percent(expectedShare);
  const left = percent(expectedLostShare ?? expectedShare);
  return left === whole ? whole : `${whole}, with its grace ${left}`;
}

/** In the order in which they come within a trial; losses outside of any last. */
const order = [...disturbanceKinds, null] as const;

/**
 * What cost something or was measured on its own: a fault that is done in steps is shown by its steps, unless something
 * was lost before the first of them.
 */
export function inTime(all: readonly ComparedDisturbance[]): ComparedDisturbance[] {
  const inSteps = all.some(({ kind }) => kind === 'step');
  return all
    .filter((one) => !(inSteps && one.kind === 'fault' && costNothing(one)))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

const costNothing = ({ requestsLost, outage }: ComparedDisturbance) =>
  requestsLost === 0 && (outage?.failed ?? 0) === 0;

const lostText = (lost: number, started: number, range: string) =>
  started === 0 ? 'no stream' : `${lost} of ${started}, ${percent(lost / started)} (${range})`;

/** A preemption's fault is the power cut after its notice; each pod of a rollout is a step. */
export const kindName = ({ kind }: Pick<ComparedDisturbance, 'kind'>): string =>
  kind === 'step' ? 'each step' : (kind ?? 'otherwise');

/**
 * New connections that failed, of those due within an outage, and how long the longest outage lasted: `20 % for 19.8 s`.
 * `0 %`: none failed. `-`: there was no probe.
 */
export function failing(outage: ComparedDisturbance['outage']): string {
  if (outage === null) return '-';
  if (outage.failed === 0 || outage.share === null) return '0 %';
  if (outage.failed === 1) return '1 request';
  return `${percent(outage.share)} for ${seconds(outage.longestSeconds)}`;
}
