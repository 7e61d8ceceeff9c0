import { lookup as lookUp } from 'node:dns';
import { isIP, type Socket } from 'node:net';
import { errnoOf } from '../../base/errors.ts';

/** All addresses of a host, in the order in which to try them. Rejects with the resolver's error (ENOTFOUND, EAI_AGAIN). */
export type Lookup = (host: string, family: 0 | 4 | 6) => Promise<readonly string[]>;

/** The addresses as getaddrinfo sorts them (RFC 6724), read anew for each connection: a failover by DNS is seen when it comes. */
export const systemLookup: Lookup = (host, family) =>
  new Promise((resolve, reject) => {
    lookUp(host, { all: true, family, verbatim: true }, (error, found) => {
      if (error === null) resolve(found.map(({ address }) => address));
      else reject(error);
    });
  });

/** How long until the next address is tried beside one that has not answered, ms (RFC 8305, section 8: 250 ms). */
const attemptDelayMs = 250;

/** The families in turn, the first address's first (RFC 8305, section 4). */
function inTurns(addresses: readonly string[]): string[] {
  const first = isIP(addresses[0] ?? '');
  const own = addresses.filter((address) => isIP(address) === first);
  const other = addresses.filter((address) => isIP(address) !== first);
  return own
    .flatMap((address, index) => [address, ...other.slice(index, index + 1)])
    .concat(other.slice(own.length));
}

export interface Race {
  /** Ends all attempts; nothing more is reported. */
  cancel(): void;
}

interface RaceEnds {
  connected(socket: Socket, address: string): void;
  /** No address is left; `errno` of the last that failed. */
  failed(errno: string | null): void;
}

/**
 * Connects to the first of several addresses that answers, as browsers and curl do (RFC 8305): the next is tried as soon
 * as one has failed, and beside one that is silent.
 */
export function race(addresses: readonly string[], open: (address: string) => Socket, ends: RaceEnds): Race {
  const waiting = inTurns(addresses);
  const trying = new Set<Socket>();
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const cancel = () => {
    over = true;
    clearTimeout(timer);
    for (const socket of trying) socket.destroy();
    trying.clear();
  };
  const next = () => {
    clearTimeout(timer);
    const address = waiting.shift();
    if (address === undefined) return;
    const socket = open(address);
    trying.add(socket);
    const onError = (error: Error) => {
      trying.delete(socket);
      if (over) return;
      if (waiting.length > 0) return next();
      if (trying.size > 0) return;
      over = true;
      ends.failed(errnoOf(error) ?? null);
    };
    socket.on('error', onError);
    socket.once('connect', () => {
      if (over) return;
      trying.delete(socket);
      cancel();
      socket.off('error', onError);
      ends.connected(socket, address);
    });
    if (waiting.length > 0) timer = setTimeout(next, attemptDelayMs);
  };
  next();
  return { cancel };
}
