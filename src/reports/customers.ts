import type { Customers, Report } from '../analysis/schema.ts';
import { cdnCodes, cdnCodeTraits } from '../catalogue/cdn-codes.ts';
import { inTime, kindName } from './comparison-cells.ts';
import { percent, policyLabel } from './figures.ts';

/*
 * What clients behind a CDN (Cloudflare) would have seen: per policy and disturbance, as shares, nothing left out.
 */

export const customersTitle = 'Clients behind Cloudflare would have seen';
export const customersTitles = ['policy', 'during', 'streams', 'new connections'] as const;

/** One row for each policy and kind of disturbance; losses outside any disturbance only if there are some. */
export function customersRows({ comparison }: Pick<Report, 'comparison'>): string[][] {
  return comparison.flatMap(({ policy, disturbances }) =>
    inTime(disturbances)
      .filter(({ kind, customers }) => kind !== null || anyHurt(customers.streams))
      .map(({ kind, customers: { streams, newConnections } }) => [
        policyLabel(policy),
        kind === null ? 'no disturbance' : kindName({ kind }),
        // A stream that outlives a step is under way in the next one too: their sum would count it again.
        kind === 'step' && anySent(streams) && !anyHurt(streams)
          ? 'all whole'
          : shares(streams, 'whole', '-'),
        newConnections === null ? '-' : shares(newConnections, 'answered', 'all answered'),
      ]),
  );
}

const anySent = ({ sent }: Customers) => sent > 0;
const anyHurt = ({ sent, ok }: Customers) => sent > ok;

/** `80 % whole, 20 % cut short (of 60)`. */
export function shares({ sent, ok, byCdnCode, unclear }: Customers, good: string, none: string): string {
  if (sent === 0) return none;
  if (ok === sent) return `all ${sent} ${good}`;
  const parts: [number, string][] = [
    [ok, good],
    ...cdnCodes.map((code): [number, string] => [byCdnCode[code] ?? 0, cdnCodeTraits[code].short]),
    [unclear, 'unclear'],
  ];
  const shown = parts.filter(([count]) => count > 0);
  const whole = shown.map(([count]) => Number.parseFloat(percent(count / sent)));
  // What is rounded must not add up to more or less than there is: 22.5 % and 77.5 %, not 23 % and 78 %.
  const addsUp = Math.abs(whole.reduce((sum, one) => sum + one, 0) - 100) < 0.5;
  const finer = (share: number) => `${Number((share * 100).toFixed(1))} %`;
  const shareText = (count: number) =>
    addsUp || whole.some(Number.isNaN) ? percent(count / sent) : finer(count / sent);
  return `${shown.map(([count, word]) => `${shareText(count)} ${word}`).join(', ')} (of ${sent})`;
}
