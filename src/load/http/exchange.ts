import type { Nanoseconds } from '../../base/units.ts';
import type { AnswerEnding } from './classify.ts';
import type { Stage } from './connection.ts';
import { type PendingRequest, type RequestOptions, requestRecord } from './record.ts';
import { type ResponseReader, responseReader } from './response.ts';

/** A request in flight, however it is carried. What comes after its end is ignored. */
export interface InFlight {
  readonly options: RequestOptions;
  readonly connectedAt: Nanoseconds | null;
  /** When the server last showed a sign of life: it connected or sent a byte. */
  readonly aliveAt: Nanoseconds;
  readonly ended: boolean;
  /** We gave up on it, or ended it. */
  giveUp(t: Nanoseconds, ending: Extract<AnswerEnding, 'silence' | 'connect-timeout' | 'cancelled'>): void;
}

/** One request over HTTP/1.1, driven by the events of its connection. */
export interface Exchange extends InFlight {
  connected(t: Nanoseconds, local: string | null): void;
  bytes(t: Nanoseconds, chunk: Buffer): void;
  fin(t: Nanoseconds): void;
  /** `stage`: of its connection, during which that failed. */
  failed(t: Nanoseconds, errno: string | null, stage?: Stage): void;
  resolving(now: boolean): void;
}

export function exchange(options: RequestOptions): Exchange {
  return new HttpExchange(options);
}

class HttpExchange implements Exchange {
  readonly options: RequestOptions;
  private readonly record: PendingRequest;
  private readonly response: ResponseReader;

  constructor(options: RequestOptions) {
    this.options = options;
    this.record = requestRecord(options);
    this.response = responseReader(this.record, options.bodiless);
  }

  get connectedAt(): Nanoseconds | null {
    return this.record.connectedAt;
  }
  get aliveAt(): Nanoseconds {
    return this.record.aliveAt;
  }
  get ended(): boolean {
    return this.record.ended;
  }

  connected(t: Nanoseconds, local: string | null): void {
    this.record.connected(t, local);
  }

  bytes(t: Nanoseconds, chunk: Buffer): void {
    if (this.record.ended) return;
    this.record.heard(t);
    this.response.push(chunk);
    if (this.response.malformed !== null) this.end(t, 'malformed', this.response.malformed);
    else if (this.record.wrong) this.end(t, 'wrong');
    else if (this.response.done) this.end(t, 'whole');
  }

  fin(t: Nanoseconds): void {
    this.response.over();
    this.end(t, this.response.done ? 'whole' : 'fin');
  }

  failed(t: Nanoseconds, errno: string | null, stage: Stage = 'any'): void {
    this.end(t, stage === 'handshake' ? stage : 'error', errno);
  }

  resolving(now: boolean): void {
    this.record.resolving = now;
  }

  giveUp(t: Nanoseconds, ending: AnswerEnding): void {
    this.end(t, ending);
  }

  private end(t: Nanoseconds, ending: AnswerEnding, errno: string | null = null): void {
    const { status, reusable, location } = this.response;
    const why = errno ?? (status === this.options.expectStatus ? null : location);
    this.record.end(t, ending, { status, errno: why, reusable });
  }
}
