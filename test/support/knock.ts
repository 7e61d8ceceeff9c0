import { connect } from 'node:net';
import { errnoOf } from '../../src/base/errors.ts';

interface Knock {
  readonly host?: string;
  readonly port: number;
  readonly localAddress?: string | undefined;
}

/** What a new connection meets within the limit (real ms); a SYN is sent again after 1 s. Another error: its code. */
export function knock(
  { host = '127.0.0.1', port, localAddress }: Knock,
  limitMs: number,
): Promise<'answered' | 'refused' | 'silent' | string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
    const end = (word: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(word);
    };
    const timer = setTimeout(() => end('silent'), limitMs);
    socket.once('connect', () => end('answered'));
    socket.once('error', (error) =>
      end(errnoOf(error) === 'ECONNREFUSED' ? 'refused' : String(errnoOf(error))),
    );
  });
}
