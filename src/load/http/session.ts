import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { errnoOf } from '../../base/errors.ts';
import { endedByReset } from '../../base/fin.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { Target } from '../config.ts';
import { addressOf, localOf, secureOptions } from './connection.ts';

/** What a session tells each of its requests. After one of the last four nothing more comes. */
export interface SessionUser {
  /** The TCP handshake was done at `t`; told at once where that was before. */
  connected(t: Nanoseconds): void;
  head(status: number): void;
  bytes(chunk: Buffer): void;
  /** The server ended the stream in order. */
  whole(): void;
  /** The server gave the stream up; `code` as RFC 9113, section 7 names it, in nghttp2's spelling. */
  reset(code: string): void;
  /** The connection ended in order, or failed, or does not speak HTTP/2. */
  fin(): void;
  failed(errno: string | null): void;
  malformed(): void;
}

/** One HTTP/2 connection. */
export interface Session {
  readonly local: string | null;
  readonly connected: boolean;
  /** It may take another request: it has not ended, and the server has not said that it will (GOAWAY). */
  readonly open: boolean;
  /** Requests without an end. */
  readonly busy: number;
  /** Sends a request without a body; returns how to give it up. */
  request(headers: OutgoingHttpHeaders, user: SessionUser): () => void;
  /** Done with it: says so, and lets the server close first. */
  release(): void;
  /** Ends it; nothing more is told. */
  destroy(): void;
}

/** How long a server may take to close after our GOAWAY. */
const releaseMs = 1000;
const codes = new Map<number, string>(
  Object.entries(constants).flatMap(([name, value]) =>
    /^NGHTTP2_(?!ERR|FLAG|HCAT|NV|DEFAULT|SETTINGS|SESSION|STREAM|METHOD)[A-Z0-9_]+$/.test(name) &&
    typeof value === 'number'
      ? [[value, name]]
      : [],
  ),
);

const nameOf = (code: number) => codes.get(code) ?? String(code);

/** How to open HTTP/2 connections to a target: by ALPN over TLS, with prior knowledge without (RFC 9113, section 3). */
export function sessionDialer(
  target: Target,
  family: 0 | 4 | 6,
  clock: Clock,
): (localAddress: string | null) => Session {
  const where = addressOf(target, family);
  const secure = target.tls ? secureOptions(target, 'h2') : null;
  const authority = `${target.tls ? 'https' : 'http'}://localhost`;
  return (localAddress) => {
    const from = localAddress === null ? where : { ...where, localAddress };
    const socket = secure === null ? connect(from) : connectTls({ ...from, ...secure });
    socket.setNoDelay(true);
    const session = connectHttp2(authority, {
      createConnection: () => socket,
      settings: { enablePush: false },
    });
    return sessionOf(socket, session, clock);
  };
}

function sessionOf(socket: Socket, session: ClientHttp2Session, clock: Clock): Session {
  const users = new Set<SessionUser>();
  let local: string | null = null;
  let connectedAt: Nanoseconds | null = null;
  let goaway: number = constants.NGHTTP2_NO_ERROR;
  let open = true;
  let over = false;
  /** The one verdict on all that is in flight. What had arrived before is told first: streams are read a tick later. */
  const end = (tell: (user: SessionUser) => void) => {
    if (over) return;
    over = true;
    open = false;
    setImmediate(() =>
      setImmediate(() => {
        const told = [...users];
        users.clear();
        for (const user of told) tell(user);
        session.destroy();
        socket.destroy();
      }),
    );
  };
  const fail = (error: Error) => {
    const code = errnoOf(error) ?? null;
    // Its GOAWAY named an error.
    if (code === 'ERR_HTTP2_SESSION_ERROR') end((user) => user.reset(nameOf(goaway)));
    else if (code?.startsWith('ERR_HTTP2_')) end((user) => user.malformed());
    else end((user) => user.failed(code));
  };
  socket.on('connect', () => {
    local = localOf(socket);
    const at = clock.now();
    connectedAt = at;
    for (const user of [...users]) user.connected(at);
  });
  if (socket instanceof TLSSocket)
    socket.on('secureConnect', () => {
      if (socket.alpnProtocol !== 'h2') end((user) => user.malformed());
    });
  // First of all listeners: TLS ends the socket at the end of an unfinished handshake.
  socket.prependListener('end', () =>
    end(endedByReset(socket) ? (user) => user.failed('ECONNRESET') : (user) => user.fin()),
  );
  socket.on('error', fail);
  socket.on('close', () => end((user) => user.fin()));
  session.on('error', fail);
  session.on('goaway', (code) => {
    goaway = code;
    open = false;
  });

  return {
    get local() {
      return local;
    },
    get connected() {
      return connectedAt !== null;
    },
    get open() {
      return open && !session.closed && !session.destroyed;
    },
    get busy() {
      return users.size;
    },
    request(headers, user) {
      users.add(user);
      if (connectedAt !== null) user.connected(connectedAt);
      const stream = session.request(headers, { endStream: true });
      follow(stream, user, () => over, users);
      return () => {
        if (users.delete(user) && !stream.closed) stream.close(constants.NGHTTP2_CANCEL);
      };
    },
    release() {
      open = false;
      if (over) return;
      session.goaway(constants.NGHTTP2_NO_ERROR);
      const timer = setTimeout(() => session.destroy(), releaseMs);
      timer.unref();
      socket.once('close', () => clearTimeout(timer));
    },
    destroy() {
      users.clear();
      end(() => {});
    },
  };
}

/** Tells what becomes of one stream, unless the connection's end tells it. */
function follow(
  stream: ClientHttp2Stream,
  user: SessionUser,
  connectionOver: () => boolean,
  users: Set<SessionUser>,
): void {
  let ended = false;
  let ofConnection = false;
  stream.on('response', (headers) => {
    if (users.has(user)) user.head(headers[':status'] ?? 0);
  });
  stream.on('data', (chunk: Buffer) => {
    if (users.has(user)) user.bytes(chunk);
  });
  stream.on('end', () => {
    ended = !stream.aborted && stream.rstCode === constants.NGHTTP2_NO_ERROR;
    if (ended && users.delete(user)) user.whole();
  });
  stream.on('error', (error) => {
    ofConnection = errnoOf(error) !== 'ERR_HTTP2_STREAM_ERROR';
  });
  stream.on('close', () => {
    if (ended || ofConnection || connectionOver() || !users.delete(user)) return;
    user.reset(nameOf(stream.rstCode));
  });
}
