import type { ComparedDisturbance, ComparisonRow, TrialReport } from '../analysis/schema.ts';
import { percent, plural, policyName, seconds } from './words.ts';

/*
 * Sentences about one policy's figures that several parts of the report need.
 */

export const were = (count: number) => (count === 1 ? 'was' : 'were');

/** `55 % of new connections failed for 11.0 s`; null where there was no probe. '' is not returned. */
export function failedFor(what: string, found: ComparedDisturbance, repeats: number): string | null {
  const { outage, failoverGaps } = found;
  if (outage === null) return null;
  if (outage.failed === 0 || outage.share === null) return `no new ${plural(1, what)} failed`;
  const upTo = repeats > 1 ? 'up to ' : '';
  const share =
    outage.failed === 1
      ? `1 new ${what} failed`
      : `${percent(outage.share)} of new ${what}s failed for ${upTo}${seconds(outage.longestSeconds)}`;
  const gap = failoverGaps.find(({ code }) => code === 'never-recovered');
  return gap === undefined ? share : `${share} and had not recovered when probing ended`;
}

/** `The flip Cluster->Local cut no established stream; 65 % of new connections failed for 11.1 s.` */
export function flipSentence(row: ComparisonRow, trials: readonly TrialReport[]): string | null {
  const flip = row.disturbances.find(({ kind }) => kind === 'flip');
  if (flip === undefined) return null;
  const own = trials.flatMap(({ disturbances }) => disturbances.filter(({ kind }) => kind === 'flip'));
  const before = own.reduce((sum, { lostBegunBefore }) => sum + lostBegunBefore, 0);
  const after = own.reduce((sum, { lostBegunAfter }) => sum + lostBegunAfter, 0);
  const cut = before === 0 ? 'no established stream' : `${before} ${plural(before, 'stream')}`;
  const begun = after === 0 ? '' : `, and ${after} begun after it ${were(after)} lost`;
  const failed = failedFor('connection', flip, row.repeats - row.unknownRepeats);
  return `The flip ${policyName(row.policy)} itself cut ${cut}${begun}${failed === null ? '' : `; ${failed}`}.`;
}
