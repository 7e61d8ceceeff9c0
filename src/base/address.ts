import { isIPv4 } from 'node:net';

/** An IPv4 address that the kernel wrote into IPv6 (`::ffff:10.0.0.7`) as such; any other as it is. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(.+)$/i.exec(address)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : address;
}

/** An address as Go (so Traefik) logs it: IPv4 plainly, and without a zone. */
export function loggedAddress(address: string): string {
  const [bare = address] = address.split('%');
  return plainAddress(bare);
}
