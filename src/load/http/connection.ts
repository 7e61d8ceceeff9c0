import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls';
import { errnoOf, MidflightError } from '../../base/errors.ts';
import { endedByReset } from '../../base/fin.ts';
import type { LoadTarget } from '../config.ts';
import { type Lookup, type Race, race, systemLookup } from './addresses.ts';
import { type Closing, closingSockets } from './closing.ts';
import { boundTo, isTaken, type Near } from './near.ts';

/** During what a connection failed: TLS's handshake, or anything else. */
export type Stage = 'handshake' | 'any';

/** What a connection reports to its current user. After `fin` or `failed` nothing more comes. */
export interface ConnectionUser {
  /** The host is a name, and its addresses are being looked up, or have been. */
  resolving?(now: boolean): void;
  /** The TCP handshake is done. */
  connected(): void;
  /** The buffer is only lent: it is written over by the next read of any connection. */
  bytes(chunk: Buffer): void;
  fin(): void;
  /** `errno` null: an end in order (of a handshake), or unknown. */
  failed(errno: string | null, stage: Stage): void;
}

export interface Connection {
  write(data: string | Buffer): void;
  /** `127.0.0.1:41234`, also of a connection that fails before it is connected; null: not known yet. */
  readonly local: string | null;
  /** Gives it another user (a kept connection's next request). */
  use(user: ConnectionUser): void;
  /** Done with it: lets the server close first, so that its side and not ours keeps the port in TIME_WAIT. */
  release(): void;
  /** Ends it; no further event is emitted. */
  destroy(): void;
}

/** Opens one connection. */
export type Dial = (near: Near, user: ConnectionUser) => Connection;

/** A read of one chunk needs little; larger bodies come in several. */
const readBufferBytes = 65_536;
const nobody: ConnectionUser = { connected() {}, bytes() {}, fin() {}, failed() {} };

export interface DialOptions {
  readonly lookup?: Lookup;
  /** Called with the address of each connection that was made to a host by its name. */
  readonly onAddress?: (address: string) => void;
}

/**
 * How to connect to a target: to its address, or to the first of its name's addresses that answers. All connections read
 * into one buffer: libuv reads one socket at a time.
 */
export function dialer(target: LoadTarget, family: 0 | 4 | 6, options: DialOptions = {}): Dial {
  const buffer = Buffer.allocUnsafeSlow(readBufferBytes);
  const where = { ...addressOptions(target, family), allowHalfOpen: true };
  const secure = target.tls ? secureOptions(target, 'http/1.1') : null;
  const closing = closingSockets();
  const lookup = options.lookup ?? systemLookup;
  const reading = (connection: SocketConnection) => ({
    buffer,
    callback: (length: number) => connection.read(buffer.subarray(0, length)),
  });
  const overTls = (socket: TLSSocket, connection: SocketConnection) =>
    socket.on('data', (chunk) => connection.read(chunk));
  const byAddress: Dial = (near, user) => {
    const connection = new SocketConnection(user, closing);
    connection.open(near, secure !== null, (side) => {
      const from = { ...where, ...boundTo(side) };
      if (secure !== null) return overTls(connectTls({ ...from, ...secure }), connection);
      return connect({ ...from, onread: reading(connection) });
    });
    return connection;
  };
  const byName: Dial = ({ address: localAddress }, user) => {
    const connection = new SocketConnection(user, closing);
    const from = { ...where, ...boundTo({ address: localAddress, port: null }) };
    const open = (host: string) =>
      connect({ ...from, host, ...(secure === null ? { onread: reading(connection) } : {}) });
    const connected = (socket: Socket, address: string) => {
      options.onAddress?.(address);
      if (secure === null) connection.carriedBy(socket, false);
      else connection.carriedBy(overTls(connectTls({ socket, ...secure }), connection), true);
      connection.connected(socket);
    };
    connection.resolve(lookup(target.host, family), (addresses, failed) =>
      race(addresses, open, { connected, failed }),
    );
    return connection;
  };
  return isIP(target.host) === 0 ? byName : byAddress;
}

/** The address to connect to. Throws `bad-usage` if the host is an address of another family. */
export function addressOptions({ host, port }: LoadTarget, family: 0 | 4 | 6) {
  const version = isIP(host);
  if (version !== 0 && family !== 0 && version !== family)
    throw new MidflightError('bad-usage', `${host} is no IPv${family} address`);
  return { host, port, family, autoSelectFamily: false };
}

/** TLS towards a target, for one protocol of HTTP. Made once: a context costs more than a handshake. */
export function secureOptions({ hostname, insecure }: LoadTarget, protocol: 'http/1.1' | 'h2') {
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
  private madeIt = false;
  private socket: Socket | null = null;
  private race: Race | null = null;
  private readonly closing: Closing;

  constructor(user: ConnectionUser, closing: Closing) {
    this.user = user;
    this.closing = closing;
  }

  /** Waits for the addresses of a name, and then for one of them to answer. */
  resolve(
    looked: Promise<readonly string[]>,
    connect: (addresses: readonly string[], failed: (errno: string | null) => void) => Race,
  ): void {
    const failed = (errno: string | null) => {
      if (!this.over) this.end().failed(errno, 'any');
    };
    this.user.resolving?.(true);
    looked.then(
      (addresses) => {
        if (this.over) return;
        this.user.resolving?.(false);
        this.race = connect(addresses, failed);
      },
      (error: unknown) => failed(errnoOf(error) ?? null),
    );
  }

  /** Connects from this near side; if its port is taken, from one of the system's choice. */
  open(near: Near, tls: boolean, dial: (near: Near) => Socket | TLSSocket): void {
    const socket = dial(near);
    // One that is refused or reset while it is made never emits 'connect'. The SYN leaves, and the port is known, in the
    // tick before this one.
    if (near.address !== null && near.port !== null) this.local = socketAddress(near.address, near.port);
    else
      process.nextTick(() => {
        if (this.socket === socket) this.local ??= localOf(socket);
      });
    const again = () => {
      this.local = null;
      this.open({ ...near, port: null }, tls, dial);
    };
    this.carriedBy(socket, tls, near.port === null ? null : again);
  }

  /** `again`: what to do if its port is taken. */
  carriedBy(socket: Socket | TLSSocket, tls: boolean, again: (() => void) | null = null): void {
    this.socket = socket;
    let stage: Stage = 'any';
    if (tls) {
      stage = 'handshake';
      socket.on('secureConnect', () => {
        stage = 'any';
      });
    }
    socket.on('connect', () => this.connected(socket));
    // First of all listeners: TLS ends the socket at the end of an unfinished handshake.
    socket.prependListener('end', () => {
      if (this.over || this.user === nobody) this.end();
      else if (endedByReset(socket)) this.end().failed('ECONNRESET', stage);
      else if (stage === 'handshake') this.end().failed(null, stage);
      else this.end().fin();
    });
    socket.on('error', (error) => {
      const errno = errnoOf(error) ?? null;
      if (again !== null && !this.over && isTaken(errno)) return again();
      this.end().failed(errno, wasConnected(this.madeIt, errno) ? stage : 'any');
    });
  }

  connected(socket: Socket): void {
    this.madeIt = true;
    this.local ??= localOf(socket);
    this.user.connected();
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

  /** The previous user gets no further event, except the one that the caller emits now. */
  private end(): ConnectionUser {
    const last = this.user;
    this.user = nobody;
    this.close();
    return last;
  }

  private close(): void {
    this.over = true;
    this.race?.cancel();
    if (this.socket !== null) this.closing.later(this.socket);
  }
}

/** Nobody refuses by ECONNRESET: a reset right after the TCP handshake can overtake our sight of the handshake. */
export const wasConnected = (seen: boolean, errno: string | null) => seen || errno === 'ECONNRESET';

/** `127.0.0.1:41234` or `[::1]:41234`; null before its port is known. */
export function localOf(socket: Socket): string | null {
  const { localAddress, localPort } = socket;
  if (localAddress === undefined || localPort === undefined) return null;
  return socketAddress(localAddress, localPort);
}

const socketAddress = (address: string, port: number) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** SNI names hosts only: no port, no address (RFC 6066, section 3). */
function serverName(hostname: string): string {
  const name = hostname.replace(/:\d+$/, '');
  return isIP(name.replace(/^\[|\]$/g, '')) === 0 ? name : '';
}
