import { BlockList, isIP, SocketAddress } from 'node:net';
import { plainAddress } from '../base/address.ts';

/**
 * An address in its shortest form; null: it is none. /proc writes IPv6 in full (`2001:0db8:0000:…`), the API and the conntrack
 * tool in the form of RFC 5952, and IPv4 may come as `::ffff:10.0.0.7`.
 */
export function canonicalAddress(text: string): string | null {
  if (isIP(text) === 4) return text;
  if (isIP(text) !== 6 || text.includes('%')) return null;
  return plainAddress(new SocketAddress({ address: text, family: 'ipv6' }).address);
}

/** Whether an address is in one of these networks (`10.244.1.0/24`). What is no network holds nothing. */
export function withinNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', length = ''] = network.split('/');
    const version = isIP(base);
    const bits = Number(length);
    if (version === 0 || !/^\d+$/.test(length) || bits > (version === 4 ? 32 : 128)) continue;
    list.addSubnet(base, bits, version === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
