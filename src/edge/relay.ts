import { connect, type Socket } from 'node:net';
import * as z from 'zod';
import { plainAddress } from '../base/address.ts';
import { connectResults, sideEnds } from '../base/connections.ts';
import { errnoOf } from '../base/errors.ts';
import { onFin } from '../base/fin.ts';
import { type Nanoseconds, nsPerMs } from '../base/units.ts';
import { helloOf, welcome } from './hello.ts';

/** What became of a relayed connection: the tail of an `edge-close`. */
export const relayEnd = z.object({
  upstreamLocal: z.string().nullable(),
  connect: z.enum(connectResults),
  connectNs: z.number(),
  connectedAt: z.number().nullable(),
  bytesUp: z.number(),
  bytesDown: z.number(),
  lastDownAt: z.number().nullable(),
  clientEnd: z.enum(sideEnds),
  upstreamEnd: z.enum(sideEnds),
});
export type RelayEnd = z.infer<typeof relayEnd>;
type ConnectResult = RelayEnd['connect'];
type SideEnd = RelayEnd['clientEnd'];

interface UpstreamAddress {
  readonly host: string;
  readonly port: number;
  readonly localAddress: string | null;
  /** It answers a hello with this draw once a pod has answered (hello.ts); the connection is not made before. null: none. */
  readonly hello: number | null;
}

export interface RelayOptions {
  readonly client: Socket;
  readonly upstream: UpstreamAddress;
  /** The client has said hello, which is answered once the upstream has connected. */
  readonly greeted?: boolean;
  readonly mode: 'passthrough' | 'proxy';
  /** A proxy's limit for connecting; 0: as long as the kernel tries. Real milliseconds. */
  readonly connectTimeoutMs: number;
  readonly openedAt: Nanoseconds;
  now(): Nanoseconds;
  /** Called once, when both sides are gone. */
  onClosed(end: RelayEnd): void;
  /** Connected, or never to be. */
  onSettled(): void;
}

export interface Relay {
  /** RST to both sides. */
  reset(): void;
  /** Lets nothing pass in either direction from now on: bytes and ends are lost until the client leaves. */
  mute(): void;
  /** Ends both sides because the edge itself ends. */
  shutDown(): void;
  /** While connecting: gives up what has waited too long. To be called every few milliseconds. */
  expire(now: Nanoseconds): void;
}

/**
 * A FIN from a client that still waits for its connection may be a half-close or the client going away; both look alike.
 * So long it may still be the former. Real milliseconds.
 */
const halfCloseGraceMs = 500;

const connectResultOf: Record<string, ConnectResult> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
};
const resets = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Joins a client's connection with one to a node so that what arrives on one side leaves on the other: bytes, FIN, RST,
 * and silence. Data that the client sends before the node answered waits in the upstream socket.
 */
export function relay(options: RelayOptions): Relay {
  const { client, mode, now, openedAt } = options;
  const upstream = connect({
    host: options.upstream.host,
    port: options.upstream.port,
    noDelay: true,
    allowHalfOpen: true,
    autoSelectFamily: false,
    ...(options.upstream.localAddress === null ? {} : { localAddress: options.upstream.localAddress }),
  });
  const end: RelayEnd = {
    upstreamLocal: null,
    connect: 'abandoned',
    connectNs: 0,
    connectedAt: null,
    bytesUp: 0,
    bytesDown: 0,
    lastDownAt: null,
    clientEnd: 'open',
    upstreamEnd: 'open',
  };
  const { hello } = options.upstream;
  let connecting = true;
  let clientFinAt: Nanoseconds | null = null;
  let openSides = 2;
  let muted = false;

  const settle = (result: ConnectResult, at: Nanoseconds) => {
    if (!connecting) return;
    connecting = false;
    end.connect = result;
    end.connectNs = at - openedAt;
    options.onSettled();
  };
  const clientEnds = (how: SideEnd) => {
    if (end.clientEnd === 'open') end.clientEnd = how;
  };
  const upstreamEnds = (how: SideEnd) => {
    if (end.upstreamEnd === 'open') end.upstreamEnd = how;
  };
  const oneClosed = () => {
    openSides -= 1;
    if (openSides > 0) return;
    settle('abandoned', now());
    options.onClosed(end);
  };
  const abandon = (at: Nanoseconds) => {
    settle('abandoned', at);
    upstream.destroy();
    client.destroy();
  };
  /** The node does not take the connection. Its RST goes on to the client; its silence stays silence until the client leaves. */
  const refuse = (result: ConnectResult) => {
    if (mode === 'proxy') client.destroySoon();
    else if (result !== 'unreachable') client.resetAndDestroy();
    else if (clientFinAt !== null) client.destroy();
  };

  if (hello !== null) upstream.write(helloOf(hello));
  client.on('data', (bytes) => {
    if (upstream.destroyed || muted) return;
    end.bytesUp += bytes.length;
    if (!upstream.write(bytes)) client.pause();
  });
  client.on('drain', () => upstream.resume());
  client.on('end', () => {
    const at = now();
    onFin(client, () => {
      clientEnds('fin');
      clientFinAt = at;
      if (muted) abandon(at);
      else if (upstream.destroyed) client.destroy();
      // A client that closes after the node has not answered for this long is not waiting for an answer any more.
      else if (connecting && at - openedAt > halfCloseGraceMs * nsPerMs) abandon(at);
      else upstream.end();
    });
  });
  client.on('error', (error) => {
    clientEnds(resets.has(errnoOf(error) ?? '') ? 'rst' : 'error');
    if (connecting) abandon(now());
    else upstream.resetAndDestroy();
  });
  client.on('close', () => {
    // Closed without end or error: by us, or by a peer that was gone before it was read.
    if (!upstream.destroyed && end.upstreamEnd === 'open') upstream.resetAndDestroy();
    oneClosed();
  });

  // The SYN leaves in the tick before this one; asked later, a socket that failed knows its port no more.
  process.nextTick(() => {
    end.upstreamLocal = socketAddressOf(upstream.localAddress, upstream.localPort);
  });
  const connected = () => {
    const at = now();
    end.connectedAt = at;
    settle('connected', at);
    if (options.greeted === true) client.write(welcome);
  };
  upstream.on('connect', () => {
    if (hello === null) connected();
  });
  upstream.on('data', (received) => {
    if (muted) return;
    const awaited = hello !== null && end.connectedAt === null;
    if (awaited) connected();
    const bytes = awaited ? received.subarray(welcome.length) : received;
    if (bytes.length === 0) return;
    end.bytesDown += bytes.length;
    end.lastDownAt = now();
    if (!client.write(bytes)) upstream.pause();
  });
  upstream.on('drain', () => client.resume());
  upstream.on('end', () =>
    onFin(upstream, () => {
      if (muted) return;
      settle('error', now()); // an end in place of an answer to the hello
      upstreamEnds('fin');
      client.end();
    }),
  );
  upstream.on('error', (error) => {
    if (muted) return;
    const code = errnoOf(error) ?? '';
    if (connecting) {
      // A reset in answer to the hello means the same as one in answer to a SYN.
      const result = hello !== null && resets.has(code) ? 'refused' : (connectResultOf[code] ?? 'error');
      settle(result, now());
      upstreamEnds(result === 'refused' || result === 'reset' ? 'rst' : 'error');
      return refuse(result);
    }
    upstreamEnds(resets.has(code) ? 'rst' : 'error');
    client.resetAndDestroy();
  });
  upstream.on('close', () => {
    oneClosed();
  });

  return {
    reset() {
      clientEnds('edge-reset');
      upstreamEnds('edge-reset');
      settle('abandoned', now());
      resetSocket(upstream);
      client.resetAndDestroy();
    },
    mute() {
      muted = true;
      client.resume();
      upstream.resume();
    },
    shutDown() {
      clientEnds('edge-closed');
      upstreamEnds('edge-closed');
      settle('abandoned', now());
      upstream.destroy();
      client.destroy();
    },
    expire(at) {
      if (!connecting) return;
      if (clientFinAt !== null && at - clientFinAt > halfCloseGraceMs * nsPerMs) return abandon(clientFinAt);
      const limitNs = options.connectTimeoutMs * nsPerMs;
      if (mode !== 'proxy' || limitNs === 0 || at - openedAt < limitNs) return;
      settle('timeout', at);
      upstream.destroy();
      refuse('timeout');
    },
  };
}

/** RST, or only an end to the SYNs if it is not connected yet (Node would wait for the connection to reset it). */
function resetSocket(socket: Socket): void {
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

/** `127.0.0.1:4321` or `[::1]:4321`; null if the socket is gone already. */
export function socketAddressOf(address: string | undefined, port: number | undefined): string | null {
  if (address === undefined || port === undefined) return null;
  const plain = plainAddress(address);
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
}
