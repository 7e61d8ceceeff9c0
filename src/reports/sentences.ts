import type { ComparedDisturbance, ComparisonRow, TrialReport } from '../analysis/schema.ts';
import { percent, plural, policyLabel, seconds } from './figures.ts';

/*
 * Sentences about one policy's figures that several parts of the report need.
 */

export const were = (count: number) => (count === 1 ? 'was' : 'were');

/** `55 % of new connections failed for 11.0 s`; null if there was no probe. */
export function failedFor(what: string, { outage }: ComparedDisturbance, repeats: number): string | null {
  if (outage === null) return null;
  if (outage.failed === 0 || outage.share === null) return `no new ${what} failed`;
  if (outage.failed === 1) return `1 new ${what} failed`;
  const upTo = repeats > 1 ? 'up to ' : '';
  return `${percent(outage.share)} of new ${what}s failed for ${upTo}${seconds(outage.longestSeconds)}`;
}

/** `The flip Cluster->Local cut no established stream; 65 % of new connections failed for 11.1 s.` */
export function flipSentence(row: ComparisonRow, trials: readonly TrialReport[]): string | null {
  const flip = row.disturbances.find(({ kind }) => kind === 'flip');
  if (flip === undefined) return null;
  const own = trials.flatMap(({ disturbances }) => disturbances.filter(({ kind }) => kind === 'flip'));
  const before = own.reduce((sum, { lostBegunBefore }) => sum + lostBegunBefore, 0);
  const after = own.reduce((sum, { lostBegunAfter }) => sum + lostBegunAfter, 0);
  const cut = before === 0 ? 'no established stream' : `${before} ${plural(before, 'stream')}`;
  const startedAfter = after === 0 ? '' : `, and ${after} started after it ${were(after)} lost`;
  const failed = failedFor('connection', flip, row.repeats - row.unknownRepeats);
  const never = flip.failoverGaps.some(({ code }) => code === 'never-recovered');
  const still = never ? ', and had not recovered when probing ended' : '';
  return `The flip ${policyLabel(row.policy)} itself cut ${cut}${startedAfter}${failed === null ? '' : `; ${failed}${still}`}.`;
}
