import { connect, type Socket } from 'node:net';
import { monotonic } from '../../src/base/clock.ts';
import { errnoOf } from '../../src/base/errors.ts';
import { isFree } from '../../src/providers/embedded/subnet.ts';

/** A loopback address that nobody else uses, for tests that listen on ports of their own choice. */
export const ownAddress = () => `127.${60 + (process.pid % 30)}.${1 + Math.floor(Math.random() * 250)}.2`;

/**
 * A port of this address at which nobody listens, and nobody will by chance: below those that systems give by themselves
 * (Linux from 32768 on), to listeners that ask for any port and to the near side of connections.
 */
export async function freePort(host: string): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(host, port)) return port;
  }
  throw new Error(`no free port on ${host}`);
}

/** What a new connection meets within the limit (a SYN is sent again after 1 s): its first bytes, or what else. */
export function knock(
  target: { readonly host: string; readonly port: number; readonly localAddress?: string },
  limitMs = 5000,
  first: Buffer = Buffer.alloc(0),
): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(target);
    let connected = false;
    const end = (word: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(word);
    };
    const timer = setTimeout(() => end(connected ? 'no answer' : 'silent'), limitMs);
    socket.once('connect', () => {
      connected = true;
      socket.write(Buffer.concat([first, Buffer.from('ask')]));
    });
    socket.on('data', (bytes) => {
      if (bytes.toString('latin1') !== '\x06') end(bytes.toString('latin1')); // the answer to a hello alone
    });
    socket.once('end', () => end('FIN'));
    socket.once('error', (error) => {
      const code = errnoOf(error);
      end(code === 'ECONNREFUSED' ? 'refused' : code === 'ECONNRESET' ? 'RST' : (code ?? 'error'));
    });
  });
}

/** Waits until it holds, 10 s at most. True where it does. */
export async function eventually(holds: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 1000 && !holds(); tries += 1) await monotonic.sleep(10);
  return holds();
}

/** The same, or an error where it is not settled within 30 s: a test that waits for what never comes fails. */
export async function settled<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('not settled within 30 s')), 30_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
