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
/** How long a server may take to close after its answer, at least. */
const releaseMs = 1000;
const nobody: ConnectionUser = { connected() {}, bytes() {}, fin() {}, failed() {} };

/** How to connect to a target. All connections read into one buffer: libuv reads one socket at a time. */
export function dialer(target: Target, family: 0 | 4 | 6): Dial {
  const buffer = Buffer.allocUnsafeSlow(readBufferBytes);
  const where = { ...addressOf(target, family), allowHalfOpen: true };
  const secure = target.tls ? secureOptions(target, 'http/1.1') : null;
  const closing = { later: inSlices(), inTime: inTime() };
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

/** How sockets are closed of which nothing more is wanted. */
interface Closing {
  /** As soon as there is time for it. */
  later(socket: Socket): void;
  /** When the server has had its time to do so. */
  inTime(socket: Socket): void;
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

/** One timer for all released sockets: one for each would cost more than all the rest of their end. */
function inTime(): (socket: Socket) => void {
  let released: Socket[] = [];
  let earlier: Socket[] = [];
  let scheduled = false;
  const schedule = () => {
    scheduled = true;
    setTimeout(sweep, releaseMs).unref();
  };
  const sweep = () => {
    for (const socket of earlier) socket.destroy();
    [earlier, released] = [released, []];
    scheduled = false;
    if (earlier.length > 0) schedule();
  };
  return (socket) => {
    released.push(socket);
    if (!scheduled) schedule();
  };
}

/** Between two slices, ms. */
const sliceMs = 10;
/** So many in one, and more where many wait, so that they do not hold their files for long. */
const sliceOf = (waiting: number) => Math.max(64, Math.ceil(waiting / 50));

/** Closing a socket costs as much as telling ten losses: after a mass failure that waits, and goes in slices. */
function inSlices(): (socket: Socket) => void {
  let waiting: Socket[] = [];
  let scheduled = false;
  const run = () => {
    const count = sliceOf(waiting.length);
    for (const socket of waiting.slice(0, count)) socket.destroy();
    waiting = waiting.slice(count);
    scheduled = waiting.length > 0;
    if (scheduled) setTimeout(run, sliceMs);
  };
  let ranAt = 0;
  return (socket) => {
    waiting.push(socket);
    if (scheduled) return;
    scheduled = true;
    // The first goes at once; what comes right after it is many.
    const now = performance.now();
    if (now - ranAt > sliceMs) setImmediate(run);
    else setTimeout(run, sliceMs);
    ranAt = now;
  };
}
