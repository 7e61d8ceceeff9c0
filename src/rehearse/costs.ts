import type { ComparisonRow, Report } from '../analysis/schema.ts';
import { isPartOf } from '../catalogue/disturbances.ts';
import { isPolicyName, policyTraits } from '../catalogue/policies.ts';
import { percent, seconds } from '../reports/figures.ts';

/** What a rehearsal has measured, one line for each question: a death under each policy, each way to flip. */
export function costLines({ comparison }: Pick<Report, 'comparison'>, now: string): string[] {
  return comparison.map((row) => {
    const name = row.policy ?? '';
    const traits = isPolicyName(name) ? policyTraits(name) : null;
    const isFlip = traits !== null && traits.switchover !== null;
    const what = isFlip
      ? `flip ${name}`
      : `a node's death under ${name}${name === now ? ', as it is now' : ''}`;
    if (row.repeats === row.unknownRepeats) return `${what}: not known, the trial could not be judged`;
    return `${what}: ${words(row, isFlip ? 'switchover' : 'fault')}`;
  });
}

function words(
  { disturbances, started, repeats, unknownRepeats }: ComparisonRow,
  whole: 'fault' | 'switchover',
): string {
  const parts = disturbances.filter(({ kind }) => kind !== null && isPartOf(kind, whole));
  const lost = parts.reduce((sum, { requestsLost }) => sum + requestsLost, 0);
  const valid = repeats - unknownRepeats;
  const each = valid > 1 ? ` over ${valid} repeats` : '';
  const outages = parts.flatMap(({ outage }) => (outage === null || outage.failed === 0 ? [] : [outage]));
  const worst = outages.reduce<(typeof outages)[number] | null>(
    (a, b) => (a === null || b.longestSeconds > a.longestSeconds ? b : a),
    null,
  );
  const fresh =
    worst === null
      ? 'no new connection fails'
      : `${worst.share === null ? 'some' : percent(worst.share)} of new connections fail for ${seconds(worst.longestSeconds)}`;
  return `${lost} of ${started} requests are cut${each}; ${fresh}`;
}
