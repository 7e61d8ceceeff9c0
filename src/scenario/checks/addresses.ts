import { isIP } from 'node:net';
import type { Problem } from '../error.ts';
import { show } from '../show.ts';
import type { Sound } from './sound.ts';

/** Addresses and ranges as Traefik reads them (net.ParseIP, net.ParseCIDR); those of the Service as the API server does. */
export function checkAddresses({ ingress, service }: Sound): Problem[] {
  const problem = (path: string[], entry: string, index: number, words: string): Problem[] =>
    isRange(entry)
      ? []
      : [
          {
            path: ['ingress', ...path, index],
            what: `${show(entry)} is not an address or address range`,
            hint: `write ${words}`,
          },
        ];
  return [
    ...(ingress?.allowList ?? []).flatMap((entry, index) =>
      entry === 'client' ? [] : problem(['allowList'], entry, index, '10.0.0.0/8, 192.0.2.7 or client'),
    ),
    ...(ingress?.traefik.trustedIPs ?? []).flatMap((entry, index) =>
      problem(['traefik', 'trustedIPs'], entry, index, '10.0.0.0/8 or 192.0.2.7'),
    ),
    ...(service?.loadBalancerSourceRanges ?? []).flatMap((entry, index) => sourceRange(entry, index)),
  ];
}

/** pkg/apis/core/validation, ValidateService: ranges only, an address by itself is none. */
function sourceRange(entry: string, index: number): Problem[] {
  const isAddress = isIP(entry) !== 0;
  if (entry === 'client' || (isRange(entry) && !isAddress)) return [];
  return [
    {
      path: ['service', 'loadBalancerSourceRanges', index],
      what: `${show(entry)} is not an address range`,
      hint: `write ${isAddress ? `${entry}/${isIP(entry) === 4 ? 32 : 128}` : '10.0.0.0/8, 192.0.2.7/32'} or client`,
    },
  ];
}

function isRange(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || more.length > 0) return false;
  return (
    bits === undefined || (/^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}
