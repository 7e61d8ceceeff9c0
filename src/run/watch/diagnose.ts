import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Timers } from '../../base/timers.ts';
import type { LoadTarget } from '../../load/config.ts';
import { addressOptions, secureOptions } from '../../load/http/connection.ts';

/** How long the server may take to show what it speaks, ms. */
const limitMs = 1500;

/**
 * If a watch cannot start: whether the port speaks something else than it was asked in, as a hint for the user; null:
 * no such thing was seen. One more connection, or two.
 */
export async function wrongProtocol(
  target: LoadTarget,
  http: '1.1' | '2',
  timers: Pick<Timers, 'after'>,
): Promise<string | null> {
  if (target.tls) {
    const spoken = await tlsProtocol(target, timers);
    if (spoken === null)
      return (await speaksHttp1(target, timers))
        ? `the port speaks plain HTTP: write http://${target.hostname}`
        : null;
    return http === '2' && spoken !== 'h2' ? noHttp2 : null;
  }
  if ((await tlsProtocol(target, timers)) !== null)
    return `the port speaks TLS: write https://${target.hostname}`;
  return http === '2' && (await speaksHttp1(target, timers)) ? noHttp2 : null;
}

const noHttp2 = 'the server offers no HTTP/2: leave --http 2 away';

/** What the server chooses of h2 and http/1.1 in a TLS handshake ('' if it chooses none); null: there was none. */
function tlsProtocol(target: LoadTarget, timers: Pick<Timers, 'after'>): Promise<string | null> {
  const options = {
    ...addressOptions(target, 0),
    ...secureOptions({ ...target, insecure: true }, 'http/1.1'),
    autoSelectFamily: true,
    ALPNProtocols: ['h2', 'http/1.1'],
  };
  return new Promise((resolve) => {
    const socket = connectTls(options);
    const end = (found: string | null) => {
      stopLimit();
      socket.destroy();
      resolve(found);
    };
    const stopLimit = timers.after(limitMs, () => end(null));
    socket.once('secureConnect', () =>
      end(typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : ''),
    );
    socket.on('error', () => end(null));
    socket.once('close', () => end(null));
  });
}

/** The port answers a plain HTTP/1.1 request by something that begins as HTTP/1 does. */
function speaksHttp1(target: LoadTarget, timers: Pick<Timers, 'after'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ ...addressOptions(target, 0), autoSelectFamily: true });
    const end = (found: boolean) => {
      stopLimit();
      socket.destroy();
      resolve(found);
    };
    const stopLimit = timers.after(limitMs, () => end(false));
    let text = '';
    socket.once('connect', () =>
      socket.write(`HEAD / HTTP/1.1\r\nhost: ${target.hostname}\r\nconnection: close\r\n\r\n`),
    );
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (text.length >= 7) end(text.startsWith('HTTP/1.'));
    });
    socket.on('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
