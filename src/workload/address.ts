import { isIPv4 } from 'node:net';

/** An address as Go (so Traefik) prints it: a dual-stack listener's `::ffff:10.0.0.7` is `10.0.0.7`, zones go. */
export function plainAddress(address: string): string {
  const [bare = address] = address.split('%');
  const mapped = /^::ffff:(.+)$/i.exec(bare)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : bare;
}
