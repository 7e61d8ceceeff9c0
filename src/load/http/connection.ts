import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls';
import { errnoOf, MidflightError } from '../../base/errors.ts';
import { endedByReset } from '../../base/fin.ts';
import type { Target } from '../config.ts';

/** What a connection tells whoever uses it now. After `fin` or `failed` nothing more comes. */
export interface ConnectionUser {
  /** The TCP handshake is done. */
  connected(): void;
  /** The buffer is only lent: it is written over by the next read of any connection. */
  bytes(chunk: Buffer): void;
  fin(): void;
  failed(errno: string | null): void;
}

export interface Connection {
  write(data: string | Buffer): void;
  /** `127.0.0.1:41234`; null before it is connected. */
  readonly local: string | null;
  /** Gives it another user (a kept connection's next request). */
  use(user: ConnectionUser): void;
  /** Done with it: lets the server close first, so that its side and not ours keeps the port in TIME_WAIT. */
  release(): void;
  /** Ends it; nothing more is told. */
  destroy(): void;
}

/** Opens one connection. `localAddress`: which to bind; null: the system's choice. */
export type Dial = (localAddress: string | null, user: ConnectionUser) => Connection;

/** A read of one chunk needs little; larger bodies come in several. */
const readBufferBytes = 65_536;
/** How long a server may take to close after its answer. */
const releaseMs = 1000;
const nobody: ConnectionUser = { connected() {}, bytes() {}, fin() {}, failed() {} };

/** How to connect to a target. All connections read into one buffer: libuv reads one socket at a time. */
export function dialer(target: Target, family: 0 | 4 | 6): Dial {
  const buffer = Buffer.allocUnsafeSlow(readBufferBytes);
  const where = { ...addressOf(target, family), allowHalfOpen: true };
  const secure = target.tls ? secureOptions(target, 'http/1.1') : null;
  const later = inSlices();
  return (localAddress, user) => {
    const from = localAddress === null ? where : { ...where, localAddress };
    let present = user;
    const onBytes = (chunk: Buffer) => present.bytes(chunk);
    const socket = secure
      ? connectTls({ ...from, ...secure }).on('data', onBytes)
      : connect({
          ...from,
          onread: {
            buffer,
            callback(length) {
              onBytes(buffer.subarray(0, length));
              return true;
            },
          },
        });
    return connectionOf(
      socket,
      () => present,
      (next) => {
        present = next;
      },
      later,
    );
  };
}

/**
 * Where to connect: one address, the first of its family (0: of any) that the resolver gives, as a race of several would
 * hide which one is dead. Throws `bad-usage` where the host is an address of another family.
 */
export function addressOf({ host, port }: Target, family: 0 | 4 | 6) {
  const version = isIP(host);
  if (version !== 0 && family !== 0 && version !== family)
    throw new MidflightError('bad-usage', `${host} is no IPv${family} address`);
  return { host, port, family, autoSelectFamily: false };
}

/** TLS towards a target, for one protocol of HTTP. Made once: a context costs more than a handshake. */
export function secureOptions({ hostname, insecure }: Target, protocol: 'http/1.1' | 'h2') {
  return {
    servername: serverName(hostname),
    rejectUnauthorized: !insecure,
    ALPNProtocols: [protocol],
    secureContext: createSecureContext(),
  };
}

function connectionOf(
  socket: Socket | TLSSocket,
  user: () => ConnectionUser,
  use: (user: ConnectionUser) => void,
  later: (work: () => void) => void,
): Connection {
  let local: string | null = null;
  let over = false;
  const end = (tell: (user: ConnectionUser) => void) => {
    const last = user();
    use(nobody);
    over = true;
    later(() => socket.destroy());
    tell(last);
  };
  socket.on('connect', () => {
    local = localOf(socket);
    user().connected();
  });
  const failed = (errno: string | null) => end((last) => last.failed(errno));
  // First of all listeners: TLS ends the socket at the end of an unfinished handshake.
  socket.prependListener('end', () => {
    if (over || user() === nobody) end(() => {});
    else if (endedByReset(socket)) failed('ECONNRESET');
    else end((last) => last.fin());
  });
  socket.on('error', (error) => failed(errnoOf(error) ?? null));
  return {
    write: (data) => void socket.write(data),
    get local() {
      return local;
    },
    use,
    release() {
      use(nobody);
      if (over) return;
      const timer = setTimeout(() => socket.destroy(), releaseMs);
      timer.unref();
      socket.once('close', () => clearTimeout(timer));
    },
    destroy() {
      use(nobody);
      if (over) return;
      over = true;
      later(() => socket.destroy());
    },
  };
}

/** `127.0.0.1:41234` or `[::1]:41234`; null before it is connected. */
export function localOf(socket: Socket): string | null {
  const { localAddress, localPort } = socket;
  if (localAddress === undefined) return null;
  return localAddress.includes(':') ? `[${localAddress}]:${localPort}` : `${localAddress}:${localPort}`;
}

/** SNI names hosts only: no port, no address (RFC 6066, section 3). */
function serverName(hostname: string): string {
  const name = hostname.replace(/:\d+$/, '');
  return isIP(name.replace(/^\[|\]$/g, '')) === 0 ? name : '';
}

/** Closing a socket costs as much as telling ten losses: after a mass failure that waits, and goes in slices. */
function inSlices(): (work: () => void) => void {
  const waiting: (() => void)[] = [];
  let scheduled = false;
  const run = () => {
    for (const work of waiting.splice(0, 64)) work();
    scheduled = waiting.length > 0;
    if (scheduled) setImmediate(run);
  };
  return (work) => {
    waiting.push(work);
    if (!scheduled) setImmediate(run);
    scheduled = true;
  };
}
