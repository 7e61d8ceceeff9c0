import { independentDifference, isBeyondChance, pairedDifference } from '../analysis/newcombe.ts';
import type { ComparisonRow } from '../analysis/schema.ts';

/** Two policies' lost streams, and whether their shares differ by no more than chance. Null: the report does not know. */
export function withinChance(row: ComparisonRow, other: ComparisonRow): boolean | null {
  return differenceBetween(row, other)?.withinChance ?? null;
}

/** The difference from one to the other, whichever comes first in the report. */
export const differenceBetween = (row: ComparisonRow, other: ComparisonRow) =>
  row.differences.find(({ policy }) => policy === other.policy) ??
  other.differences.find(({ policy }) => policy === row.policy);

/** More repeats than this are no advice. */
const most = 200;

/**
 * How many repeats would separate two policies if their shares stayed as measured: the first number at which the interval of
 * the difference leaves out 0, of pairs if the two were measured in pairs. Null: more than 200.
 */
export function repeatsToTell(one: ComparisonRow, other: ComparisonRow): number | null {
  const now = Math.min(one.repeats - one.unknownRepeats, other.repeats - other.unknownRepeats);
  if (now < 1) return null;
  const pairs = differenceBetween(one, other)?.pairs;
  for (let repeats = now + 1; repeats <= most; repeats += 1) {
    const by = repeats / now;
    const found = pairs == null ? independent(one, other, by) : paired(pairs, by);
    if (found !== null && isBeyondChance(found)) return repeats;
  }
  return null;
}

function independent(one: ComparisonRow, other: ComparisonRow, by: number) {
  const grown = ({ lost, started }: ComparisonRow) => ({ hits: lost * by, tries: started * by });
  return independentDifference(grown(one), grown(other));
}

type Pairs = NonNullable<ComparisonRow['differences'][number]['pairs']>;

const paired = ({ both, onlyThis, onlyOther, neither }: Pairs, by: number) =>
  pairedDifference({
    both: both * by,
    first: onlyThis * by,
    second: onlyOther * by,
    neither: neither * by,
  });
