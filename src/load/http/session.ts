import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { errnoOf } from '../../base/errors.ts';
import { endedByReset } from '../../base/fin.ts';
import type { Malformation } from '../../base/malformed.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { LoadTarget } from '../config.ts';
import {
  addressOptions,
  type DialOptions,
  localOf,
  type Stage,
  secureOptions,
  wasConnected,
} from './connection.ts';
import { boundTo, type Near } from './near.ts';
import { resolvingOptions } from './session-address.ts';
import { breachOf } from './session-breach.ts';
import { followStream } from './session-stream.ts';

/** What a session reports to each of its requests. After one of the last four nothing more comes. */
export interface SessionUser {
  /** The host is a name, and its addresses are being looked up, or have been. */
  resolving(now: boolean): void;
  /** The TCP handshake was done at `t`; informed at once if that was before. */
  connected(t: Nanoseconds): void;
  /** `location`: of a redirect, as the server wrote it. */
  head(status: number, location: string | null): void;
  bytes(chunk: Buffer): void;
  /** The server ended the stream in order. */
  whole(): void;
  /** The server gave the stream up; `code` as RFC 9113, section 7 names it, in nghttp2's spelling. */
  reset(code: string): void;
  /** The connection ended in order, or failed, or does not speak HTTP/2 as it should. */
  fin(): void;
  failed(errno: string | null, stage: Stage): void;
  malformed(reason: Malformation): void;
}

/** One HTTP/2 connection. */
export interface Http2Session {
  readonly local: string | null;
  readonly connected: boolean;
  /** It may take another request: it has not ended, and the server has not said that it will (GOAWAY). */
  readonly open: boolean;
  /** Requests without an end. */
  readonly busy: number;
  /** Sends a request without a body; returns how to give it up. */
  request(headers: OutgoingHttpHeaders, user: SessionUser): () => void;
  /** Whether the server has broken the rules of HTTP/2, and nobody has reported it (session-breach.ts). */
  breached(): Promise<boolean>;
  /** Done with it: announces that, and lets the server close first. */
  release(): void;
  /** Ends it; no further event is emitted. */
  destroy(): void;
}

/** The limit for an answer's head, bytes: that of HTTP/1.1 (answer-parser.ts). */
const headLimit = 256 * 1024;
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
  target: LoadTarget,
  family: 0 | 4 | 6,
  clock: Clock,
  options: DialOptions = {},
): (near: Near) => Http2Session {
  const isName = isIP(target.host) === 0;
  const where = { ...addressOptions(target, family), ...(isName ? resolvingOptions(options) : {}) };
  const secure = target.tls ? secureOptions(target, 'h2') : null;
  const authority = `${target.tls ? 'https' : 'http'}://localhost`;
  return ({ address }) => {
    const from = { ...where, ...boundTo({ address, port: null }) };
    const socket = secure === null ? connect(from) : connectTls({ ...from, ...secure });
    socket.setNoDelay(true);
    const session = connectHttp2(authority, {
      createConnection: () => socket,
      settings: { enablePush: false, maxHeaderListSize: headLimit },
      maxHeaderListPairs: headLimit / 32, // RFC 9113 counts 32 bytes more for each
    });
    return sessionOf({ socket, session, secure: target.tls, isName, onAddress: options.onAddress }, clock);
  };
}

interface Parts {
  readonly socket: Socket;
  readonly session: ClientHttp2Session;
  readonly secure: boolean;
  readonly isName: boolean;
  readonly onAddress: DialOptions['onAddress'];
}

function sessionOf({ socket, session, secure, isName, onAddress }: Parts, clock: Clock): Http2Session {
  const users = new Map<SessionUser, ClientHttp2Stream>();
  let stage: Stage = secure ? 'handshake' : 'any';
  let resolving = isName;
  let greeted = false;
  let local: string | null = null;
  let connectedAt: Nanoseconds | null = null;
  let goaway: number = constants.NGHTTP2_NO_ERROR;
  /** The last of our streams that the server did anything with, by its GOAWAY. */
  let lastProcessed = Number.POSITIVE_INFINITY;
  let open = true;
  let over = false;
  /** The one verdict on all that is in flight. What had arrived before is reported first: streams are read a tick later. */
  const end = (inform: (user: SessionUser, stream: ClientHttp2Stream) => void) => {
    if (over) return;
    over = true;
    open = false;
    setImmediate(() =>
      setImmediate(() => {
        const informed = [...users];
        users.clear();
        for (const [user, stream] of informed) inform(user, stream);
        session.destroy();
        socket.destroy();
      }),
    );
  };
  const fail = (error: Error) => {
    const code = errnoOf(error) ?? null;
    // Its GOAWAY named an error.
    if (code === 'ERR_HTTP2_SESSION_ERROR')
      end((user, { id = Number.POSITIVE_INFINITY }) =>
        user.reset(id > lastProcessed ? 'NGHTTP2_REFUSED_STREAM' : nameOf(goaway)),
      );
    else if (code?.endsWith('ALERT_NO_APPLICATION_PROTOCOL')) end((user) => user.malformed('no-http2'));
    else if (code?.startsWith('ERR_HTTP2_'))
      end((user) => user.malformed(greeted ? 'http2-protocol' : 'no-http2'));
    else end((user) => user.failed(code, wasConnected(connectedAt !== null, code) ? stage : 'any'));
  };
  let address: string | null = null;
  socket.on('connectionAttempt', (ip: string) => {
    address = ip;
    resolving = false;
    for (const user of users.keys()) user.resolving(false);
  });
  session.once('remoteSettings', () => {
    greeted = true;
  });
  // One that is reset while it is made never emits 'connect'; its port is known from the tick before this one.
  process.nextTick(() => {
    local ??= localOf(socket);
  });
  socket.on('connect', () => {
    local ??= localOf(socket);
    const at = clock.now();
    connectedAt = at;
    if (address !== null && isName) onAddress?.(address);
    for (const user of [...users.keys()]) user.connected(at);
  });
  if (socket instanceof TLSSocket)
    socket.on('secureConnect', () => {
      stage = 'any';
      if (socket.alpnProtocol !== 'h2') end((user) => user.malformed('no-http2'));
    });
  // First of all listeners: TLS ends the socket at the end of an unfinished handshake.
  socket.prependListener('end', () =>
    end(
      endedByReset(socket)
        ? (user) => user.failed('ECONNRESET', stage)
        : (user) => (stage === 'handshake' ? user.failed(null, stage) : user.fin()),
    ),
  );
  socket.on('error', fail);
  socket.on('close', () => end((user) => user.fin()));
  session.on('error', fail);
  session.on('goaway', (code, lastStreamId) => {
    goaway = code;
    lastProcessed = lastStreamId;
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
      const stream = session.request(headers, { endStream: true });
      users.set(user, stream);
      if (resolving) user.resolving(true);
      if (connectedAt !== null) user.connected(connectedAt);
      followStream(stream, user, { over: () => over, users, nameOf });
      return () => {
        if (users.delete(user) && !stream.closed) stream.close(constants.NGHTTP2_CANCEL);
      };
    },
    breached: breachOf(session),
    release() {
      open = false;
      if (over) return;
      session.goaway(constants.NGHTTP2_NO_ERROR);
      const timer = setTimeout(() => {
        session.destroy();
        socket.destroy(); // from Node.js 24 a session waits for its peer
      }, releaseMs);
      timer.unref();
      socket.once('close', () => clearTimeout(timer));
    },
    destroy() {
      users.clear();
      end(() => {});
    },
  };
}
