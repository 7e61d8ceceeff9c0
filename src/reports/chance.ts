import type { ComparisonRow } from '../analysis/schema.ts';
import { sharesDiffer } from '../analysis/wilson.ts';

/** Two policies' lost streams, and whether their shares differ by no more than chance. Null: the report does not know. */
export function withinChance(row: ComparisonRow, other: ComparisonRow): boolean | null {
  const found =
    row.differences.find(({ policy }) => policy === other.policy) ??
    other.differences.find(({ policy }) => policy === row.policy);
  return found?.withinChance ?? null;
}

/** More repeats than this are no advice. */
const most = 200;

/**
 * How many repeats would tell two policies apart if their shares stayed as measured: the first number at which Newcombe's
 * interval of the difference (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10) leaves out 0. Null: more than 200.
 */
export function repeatsToTell(one: ComparisonRow, other: ComparisonRow): number | null {
  const now = Math.min(one.repeats - one.unknownRepeats, other.repeats - other.unknownRepeats);
  if (now < 1) return null;
  for (let repeats = now + 1; repeats <= most; repeats += 1) {
    const by = repeats / now;
    const grown = ({ lost, started }: ComparisonRow) => ({ lost: lost * by, started: started * by });
    if (sharesDiffer(grown(one), grown(other))) return repeats;
  }
  return null;
}
