import { BlockList, isIP } from 'node:net';
import { loggedAddress } from './address.ts';

/** Is an address in one of the ranges? */
export type Ranges = (address: string) => boolean;

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export function isRange(text: string): boolean {
  return parse(text) !== undefined;
}

/** Membership in CIDR ranges. An IPv4 address that came over an IPv6 socket is matched as IPv4. */
export function ranges(list: readonly string[]): Ranges {
  const blocks = new BlockList();
  for (const text of list) {
    const range = parse(text);
    if (range === undefined) throw new RangeError(`no address range: ${text}`);
    blocks.addSubnet(range.address, range.bits, range.family);
  }
  return (address) => {
    const plain = loggedAddress(address);
    const family = isIP(plain);
    return family !== 0 && blocks.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  };
}

function parse(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', mask, ...more] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const bits = mask === undefined ? most : /^\d+$/.test(mask) ? Number(mask) : Number.NaN;
  if (version === 0 || more.length > 0 || !(bits <= most)) return undefined;
  return { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}
