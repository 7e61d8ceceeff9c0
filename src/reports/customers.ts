import type { Customers, Report } from '../analysis/schema.ts';
import { cdnCodes, cdnCodeTraits } from '../catalogue/cdn-codes.ts';
import { inTime } from './comparison-cells.ts';
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
        kind ?? 'no disturbance',
        shares(streams, 'whole', '-'),
        newConnections === null ? '-' : shares(newConnections, 'answered', 'all answered'),
      ]),
  );
}

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
  return `${shown.map(([count, word]) => `${percent(count / sent)} ${word}`).join(', ')} (of ${sent})`;
}
