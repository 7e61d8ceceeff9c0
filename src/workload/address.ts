import { plainAddress } from '../base/address.ts';

/** An address as Go (so Traefik) logs it: IPv4 plainly, and without a zone. */
export function loggedAddress(address: string): string {
  const [bare = address] = address.split('%');
  return plainAddress(bare);
}
