import type { Nanoseconds } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import type { Lane } from '../../plan/schema.ts';
import { bodyReader } from '../../workload/protocol.ts';
import { classify, type Ending } from './classify.ts';
import { responseReader } from './response.ts';

export interface ExchangeOptions {
  readonly id: string;
  readonly load: string;
  readonly trial: number;
  readonly kind: 'stream' | 'probe';
  readonly lane: Lane | null;
  readonly dueAt: Nanoseconds;
  readonly startedAt: Nanoseconds;
  readonly expectStatus: number;
  /** The answer is the app's numbered body; false: any body, HTTP's framing decides. */
  readonly numbered: boolean;
  readonly freshConnection: boolean | null;
  /** Called once. `reusable`: the connection may carry another request. */
  readonly onEnd: (event: EventOf<'end'>, reusable: boolean) => void;
  /** Called once, when the first whole chunk of the body is there. */
  readonly onFirstChunk?: () => void;
}

/** One request from its start to its outcome, told what its connection does. It ends once; what comes later is ignored. */
export interface Exchange {
  readonly options: ExchangeOptions;
  readonly connectedAt: Nanoseconds | null;
  /** When the server last showed a sign of life: it connected or sent a byte. */
  readonly aliveAt: Nanoseconds;
  readonly ended: boolean;
  connected(t: Nanoseconds, local: string | null): void;
  bytes(t: Nanoseconds, chunk: Buffer): void;
  fin(t: Nanoseconds): void;
  failed(t: Nanoseconds, errno: string | null): void;
  /** We gave up on it, or ended it. */
  giveUp(
    t: Nanoseconds,
    ending: Extract<Ending, 'silence' | 'connect-timeout' | 'slow-connect' | 'cancelled'>,
  ): void;
}

/** The history's `start` of a request: written before it connects. */
export function startEvent(options: ExchangeOptions): EventOf<'start'> {
  const { startedAt, trial, id, load, kind, lane, dueAt } = options;
  return { type: 'start', t: startedAt, trial, id, load, kind, lane, dueAt };
}

/** Follows one request over HTTP/1.1. */
export function exchange(options: ExchangeOptions): Exchange {
  const { expectStatus } = options;
  // The numbered body is the app's own answer; a refusal that is wanted (403) has another.
  const body = options.numbered && expectStatus >= 200 && expectStatus < 300 ? bodyReader() : null;
  const times: Times = {
    connectedAt: null,
    firstByteAt: null,
    firstChunkAt: null,
    lastByteAt: null,
    silenceNs: 0,
  };
  let local: string | null = null;
  let ended = false;
  let now = options.startedAt;
  const response = responseReader((bytes, status) => {
    if (body !== null && status === expectStatus) body.push(bytes.toString('latin1'));
    if (times.firstChunkAt !== null || (body !== null && body.chunks === 0)) return;
    times.firstChunkAt = now;
    options.onFirstChunk?.();
  });

  const end = (t: Nanoseconds, ending: Ending, errno: string | null = null) => {
    if (ended) return;
    ended = true;
    const { status, bodyBytes, reusable } = response;
    const marked = body === null ? null : body.complete && !body.wrong;
    const { connectedAt, firstByteAt, firstChunkAt, lastByteAt, silenceNs } = times;
    const seen = { connected: connectedAt !== null, status, expectStatus, marked, errno };
    const event: EventOf<'end'> = {
      type: 'end',
      t,
      trial: options.trial,
      id: options.id,
      outcome: classify(ending, seen),
      status,
      errno,
      connectedAt,
      firstByteAt,
      firstChunkAt,
      lastByteAt,
      longestSilenceNs: lastByteAt === null ? 0 : Math.max(silenceNs, t - lastByteAt),
      bodyBytes,
      chunks: body?.chunks ?? 0,
      local,
      path: body?.path ?? null,
      freshConnection: options.freshConnection,
    };
    options.onEnd(event, reusable);
  };

  return {
    options,
    get connectedAt() {
      return times.connectedAt;
    },
    get aliveAt() {
      return times.lastByteAt ?? times.connectedAt ?? options.startedAt;
    },
    get ended() {
      return ended;
    },
    connected(t, address) {
      times.connectedAt = t;
      local = address;
    },
    bytes(t, chunk) {
      if (ended) return;
      now = t;
      times.firstByteAt ??= t;
      if (times.lastByteAt !== null) times.silenceNs = Math.max(times.silenceNs, t - times.lastByteAt);
      times.lastByteAt = t;
      response.push(chunk);
      if (response.malformed) end(t, 'malformed');
      else if (body?.wrong === true) end(t, 'wrong');
      else if (response.done) end(t, 'whole');
    },
    fin(t) {
      response.finish();
      end(t, response.done ? 'whole' : 'fin');
    },
    failed: (t, errno) => end(t, 'error', errno),
    giveUp: end,
  };
}

interface Times {
  connectedAt: Nanoseconds | null;
  firstByteAt: Nanoseconds | null;
  firstChunkAt: Nanoseconds | null;
  lastByteAt: Nanoseconds | null;
  silenceNs: Nanoseconds;
}
