import type { Lane } from '../../base/connections.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import { type BodyReader, bodyReader } from '../../workload/protocol.ts';
import { type AnswerEnding, classify } from './classify.ts';
import { type Tail, tailOf, type WantedAnswerChecks, wantOf } from './wanted.ts';

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
  /** A whole answer is known by more than its framing. */
  readonly wanted?: WantedAnswerChecks | undefined;
  /** The request is HEAD: its answer has no body. */
  readonly bodiless?: boolean;
  /** Connected only after this instant: slow-connect. Absent: the connection time-out is all. */
  readonly connectBy?: Nanoseconds;
  /** Our side of its connection, as far as it is known: one that was never connected has a port as well. */
  readonly near?: () => string | null;
  /** Called once. `reusable`: the connection may carry another request. */
  readonly onEnd: (event: EventOf<'end'>, reusable: boolean) => void;
  /** Called once, when the first whole chunk of the body is there. */
  readonly onFirstChunk?: () => void;
}

/** What is kept of one request from its start to its outcome, whatever carries it. It ends once. */
export interface PendingRequest {
  readonly connectedAt: Nanoseconds | null;
  /** When the server last showed a sign of life: it connected or sent a byte. */
  readonly aliveAt: Nanoseconds;
  readonly ended: boolean;
  /** The numbered body is wrong. */
  readonly wrong: boolean;
  /** The addresses of its host's name are being looked up. */
  resolving: boolean;
  connected(t: Nanoseconds, local: string | null): void;
  /** A byte came. */
  heard(t: Nanoseconds): void;
  /** Bytes of the body came, in an answer of this status, at the instant last heard. */
  body(bytes: Buffer, status: number): void;
  end(t: Nanoseconds, ending: AnswerEnding, how: Ended): void;
}

interface Ended {
  readonly status: number | null;
  readonly errno: string | null;
  readonly reusable: boolean;
}

/** The history's `start` of a request: written before it connects. */
export function startEvent(options: Omit<RequestOptions, 'onEnd' | 'freshConnection'>): EventOf<'start'> {
  const { startedAt, trial, id, load, kind, lane, dueAt } = options;
  return { type: 'start', t: startedAt, trial, id, load, kind, lane, dueAt };
}

export function requestRecord(options: RequestOptions): PendingRequest {
  return new OneRequest(options);
}

/**
 * The value in place of an instant that has not come. If a field holds null or a number, V8 makes a new object of each number,
 * and the collector follows ten thousand of them from chunk to chunk.
 */
const never = Number.NaN;
const orNull = (t: Nanoseconds): Nanoseconds | null => (Number.isNaN(t) ? null : t);

/** An object with methods, not closures: there may be ten thousand at once, started within seconds. */
class OneRequest implements PendingRequest {
  ended = false;
  resolving = false;
  private readonly options: RequestOptions;
  private readonly reader: BodyReader | null;
  private local: string | null = null;
  private connect = never;
  private firstByte = never;
  private firstChunk = never;
  private lastByte = never;
  private silenceNs = 0;
  private bodyBytes = 0;
  private readonly tail: Tail | null;

  constructor(options: RequestOptions) {
    const { numbered, expectStatus, wanted } = options;
    this.tail = wanted === undefined ? null : tailOf(wanted);
    this.options = options;
    // The numbered body is the app's own answer; a refusal that is wanted (403) has another.
    this.reader = numbered && expectStatus >= 200 && expectStatus < 300 ? bodyReader() : null;
  }

  get connectedAt(): Nanoseconds | null {
    return orNull(this.connect);
  }

  get aliveAt(): Nanoseconds {
    return orNull(this.lastByte) ?? orNull(this.connect) ?? this.options.startedAt;
  }

  get wrong(): boolean {
    return this.reader?.wrong ?? false;
  }

  connected(t: Nanoseconds, address: string | null): void {
    this.connect = t;
    this.local = address;
    if (this.options.connectBy !== undefined && t > this.options.connectBy)
      this.end(t, 'slow-connect', { status: null, errno: null, reusable: false });
  }

  heard(t: Nanoseconds): void {
    if (Number.isNaN(this.firstByte)) this.firstByte = t;
    else this.silenceNs = Math.max(this.silenceNs, t - this.lastByte);
    this.lastByte = t;
  }

  body(bytes: Buffer, status: number): void {
    const { reader, options } = this;
    this.bodyBytes += bytes.length;
    this.tail?.push(bytes);
    if (reader !== null && status === options.expectStatus) reader.push(bytes);
    if (!Number.isNaN(this.firstChunk) || (reader !== null && reader.chunks === 0)) return;
    this.firstChunk = this.lastByte;
    options.onFirstChunk?.();
  }

  end(t: Nanoseconds, ending: AnswerEnding, { status, errno, reusable }: Ended): void {
    if (this.ended) return;
    this.ended = true;
    const { reader, options, connectedAt } = this;
    const lastByteAt = orNull(this.lastByte);
    const { expectStatus } = options;
    const marked = reader === null ? null : reader.complete && !reader.wrong;
    const { wanted } = options;
    const want =
      ending === 'whole' && wanted !== undefined && status === expectStatus
        ? wantOf(wanted, { bytes: this.bodyBytes, tail: this.tail, ns: t - options.startedAt })
        : null;
    const seen = { connected: connectedAt !== null, status, expectStatus, marked, errno };
    const outcome = classify(want?.ending ?? ending, seen);
    const event: EventOf<'end'> = {
      type: 'end',
      t,
      trial: options.trial,
      id: options.id,
      outcome: outcome === 'connect-timeout' && this.resolving ? 'unresolved' : outcome,
      status,
      errno: want?.why ?? errno,
      connectedAt,
      firstByteAt: orNull(this.firstByte),
      firstChunkAt: orNull(this.firstChunk),
      lastByteAt,
      longestSilenceNs: lastByteAt === null ? 0 : Math.max(this.silenceNs, t - lastByteAt),
      bodyBytes: this.bodyBytes,
      chunks: reader?.chunks ?? 0,
      local: this.local ?? options.near?.() ?? null,
      path: reader?.path ?? null,
      freshConnection: options.freshConnection,
    };
    options.onEnd(event, reusable);
  }
}
