import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls';
import { errnoOf, MidflightError } from '../../base/errors.ts';
import { endedByReset } from '../../base/fin.ts';
import type { Target } from '../config.ts';
import { type Closing, closingSockets } from './closing.ts';

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
const nobody: ConnectionUser = { connected() {}, bytes() {}, fin() {}, failed() {} };

/** How to connect to a target. All connections read into one buffer: libuv reads one socket at a time. */
export function dialer(target: Target, family: 0 | 4 | 6): Dial {
  const buffer = Buffer.allocUnsafeSlow(readBufferBytes);
  const where = { ...addressOf(target, family), allowHalfOpen: true };
  const secure = target.tls ? secureOptions(target, 'http/1.1') : null;
  const closing = closingSockets();
  return (localAddress, user) => {
    const from = localAddress === null ? where : { ...where, localAddress };
    const connection = new SocketConnection(user, closing);
    if (secure !== null)
      connection.carriedBy(connectTls({ ...from, ...secure }).on('data', (chunk) => connection.read(chunk)));
    else {
      const callback = (length: number) => connection.read(buffer.subarray(0, length));
      connection.carriedBy(connect({ ...from, onread: { buffer, callback } }));
    }
    return connection;
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

class SocketConnection implements Connection {
  local: string | null = null;
  private user: ConnectionUser;
  private over = false;
  private socket: Socket | null = null;
  private readonly closing: Closing;

  constructor(user: ConnectionUser, closing: Closing) {
    this.user = user;
    this.closing = closing;
  }

  carriedBy(socket: Socket | TLSSocket): void {
    this.socket = socket;
    socket.on('connect', () => {
      this.local = localOf(socket);
      this.user.connected();
    });
    // First of all listeners: TLS ends the socket at the end of an unfinished handshake.
    socket.prependListener('end', () => {
      if (this.over || this.user === nobody) this.end();
      else if (endedByReset(socket)) this.end().failed('ECONNRESET');
      else this.end().fin();
    });
    socket.on('error', (error) => this.end().failed(errnoOf(error) ?? null));
  }

  read(chunk: Buffer): true {
    this.user.bytes(chunk);
    return true;
  }

  write(data: string | Buffer): void {
    this.socket?.write(data);
  }

  use(user: ConnectionUser): void {
    this.user = user;
  }

  release(): void {
    this.user = nobody;
    if (!this.over && this.socket !== null) this.closing.inTime(this.socket);
  }

  destroy(): void {
    this.user = nobody;
    if (!this.over) this.close();
  }

  /** Nothing more is told to whoever used it last, but what the caller tells now. */
  private end(): ConnectionUser {
    const last = this.user;
    this.user = nobody;
    this.close();
    return last;
  }

  private close(): void {
    this.over = true;
    if (this.socket !== null) this.closing.later(this.socket);
  }
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
