import type { Nanoseconds } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import type { Lane } from '../../plan/schema.ts';
import { bodyReader } from '../../workload/protocol.ts';
import { classify, type Ending } from './classify.ts';

export interface RequestOptions {
  readonly id: string;
  readonly load: string;
  readonly trial: number;
  readonly kind: 'stream' | 'probe' | 'short';
  readonly lane: Lane | null;
  readonly dueAt: Nanoseconds;
  readonly startedAt: Nanoseconds;
  readonly expectStatus: number;
  /** The answer is the app's numbered body; false: any body, HTTP's framing decides. */
  readonly numbered: boolean;
  readonly freshConnection: boolean | null;
  /** Connected only after this instant: slow-connect. Absent: the connection time-out is all. */
  readonly connectBy?: Nanoseconds;
  /** Called once. `reusable`: the connection may carry another request. */
  readonly onEnd: (event: EventOf<'end'>, reusable: boolean) => void;
  /** Called once, when the first whole chunk of the body is there. */
  readonly onFirstChunk?: () => void;
}

/** What is kept of one request from its start to its outcome, whatever carries it. It ends once. */
export interface RequestRecord {
  readonly connectedAt: Nanoseconds | null;
  /** When the server last showed a sign of life: it connected or sent a byte. */
  readonly aliveAt: Nanoseconds;
  readonly ended: boolean;
  /** The numbered body is wrong. */
  readonly wrong: boolean;
  connected(t: Nanoseconds, local: string | null): void;
  /** A byte came. */
  heard(t: Nanoseconds): void;
  /** Bytes of the body came, in an answer of this status, at the instant last heard. */
  body(bytes: Buffer, status: number): void;
  end(t: Nanoseconds, ending: Ending, how: Ended): void;
}

export interface Ended {
  readonly status: number | null;
  readonly errno: string | null;
  readonly reusable: boolean;
}

/** The history's `start` of a request: written before it connects. */
export function startEvent(options: Omit<RequestOptions, 'onEnd' | 'freshConnection'>): EventOf<'start'> {
  const { startedAt, trial, id, load, kind, lane, dueAt } = options;
  return { type: 'start', t: startedAt, trial, id, load, kind, lane, dueAt };
}

export function requestRecord(options: RequestOptions): RequestRecord {
  const { expectStatus } = options;
  // The numbered body is the app's own answer; a refusal that is wanted (403) has another.
  const reader = options.numbered && expectStatus >= 200 && expectStatus < 300 ? bodyReader() : null;
  let local: string | null = null;
  let connectedAt: Nanoseconds | null = null;
  let firstByteAt: Nanoseconds | null = null;
  let firstChunkAt: Nanoseconds | null = null;
  let lastByteAt: Nanoseconds | null = null;
  let silenceNs = 0;
  let bodyBytes = 0;
  let ended = false;

  const end = (t: Nanoseconds, ending: Ending, { status, errno, reusable }: Ended) => {
    if (ended) return;
    ended = true;
    const marked = reader === null ? null : reader.complete && !reader.wrong;
    const event: EventOf<'end'> = {
      type: 'end',
      t,
      trial: options.trial,
      id: options.id,
      outcome: classify(ending, { connected: connectedAt !== null, status, expectStatus, marked, errno }),
      status,
      errno,
      connectedAt,
      firstByteAt,
      firstChunkAt,
      lastByteAt,
      longestSilenceNs: lastByteAt === null ? 0 : Math.max(silenceNs, t - lastByteAt),
      bodyBytes,
      chunks: reader?.chunks ?? 0,
      local,
      path: reader?.path ?? null,
      freshConnection: options.freshConnection,
    };
    options.onEnd(event, reusable);
  };

  return {
    get connectedAt() {
      return connectedAt;
    },
    get aliveAt() {
      return lastByteAt ?? connectedAt ?? options.startedAt;
    },
    get ended() {
      return ended;
    },
    get wrong() {
      return reader?.wrong ?? false;
    },
    connected(t, address) {
      connectedAt = t;
      local = address;
      if (options.connectBy !== undefined && t > options.connectBy)
        end(t, 'slow-connect', { status: null, errno: null, reusable: false });
    },
    heard(t) {
      firstByteAt ??= t;
      if (lastByteAt !== null) silenceNs = Math.max(silenceNs, t - lastByteAt);
      lastByteAt = t;
    },
    body(bytes, status) {
      bodyBytes += bytes.length;
      if (reader !== null && status === expectStatus) reader.push(bytes.toString('latin1'));
      if (firstChunkAt !== null || (reader !== null && reader.chunks === 0)) return;
      firstChunkAt = lastByteAt;
      options.onFirstChunk?.();
    },
    end,
  };
}
