import type { Clock } from '../../base/clock.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import type { StreamsConfig } from '../config.ts';
import type { Connection, ConnectionUser, Dial, Stage } from '../http/connection.ts';
import { type Exchange, exchange } from '../http/exchange.ts';
import type { Near } from '../http/near.ts';
import type { RequestOptions } from '../http/record.ts';
import type { WantedAnswerChecks } from '../http/wanted.ts';

/** What the streams of one recorder have in common. */
export interface Cohort {
  readonly config: StreamsConfig;
  readonly clock: Clock;
  readonly dial: Dial;
  /** The request's head by its id. */
  readonly headOf: (id: string) => string;
  /** The request's body; empty: none. */
  readonly body: Buffer;
  readonly wanted: WantedAnswerChecks | undefined;
  firstChunk(stream: Stream): void;
  ended(stream: Stream, event: EventOf<'end'>): void;
}

/** One stream: what is asked, and what its connection does. An object with methods, as there may be ten thousand. */
export class Stream implements RequestOptions, ConnectionUser {
  readonly id: string;
  readonly dueAt: Nanoseconds;
  readonly startedAt: Nanoseconds;
  readonly exchange: Exchange;
  /** The wanted stream whose place it has. */
  readonly place: number;
  private readonly cohort: Cohort;
  private connection: Connection | null = null;

  constructor(cohort: Cohort, id: string, place: number, dueAt: Nanoseconds, startedAt: Nanoseconds) {
    this.cohort = cohort;
    this.id = id;
    this.place = place;
    this.dueAt = dueAt;
    this.startedAt = startedAt;
    this.exchange = exchange(this);
  }

  get load(): string {
    return this.cohort.config.load;
  }
  get trial(): number {
    return this.cohort.config.trial;
  }
  get kind(): 'stream' {
    return 'stream';
  }
  get lane(): null {
    return null;
  }
  get expectStatus(): number {
    return this.cohort.config.expectStatus;
  }
  get numbered(): boolean {
    return this.cohort.config.app !== null;
  }
  get bodiless(): boolean {
    return this.cohort.config.target.method === 'HEAD';
  }
  get wanted(): WantedAnswerChecks | undefined {
    return this.cohort.wanted;
  }
  get freshConnection(): null {
    return null;
  }

  open(from: Near): void {
    this.connection = this.cohort.dial(from, this);
  }

  connected(): void {
    const { connection, cohort } = this;
    if (connection === null) return;
    this.exchange.connected(cohort.clock.now(), connection.local);
    connection.write(cohort.headOf(this.id));
    if (cohort.body.length > 0) connection.write(cohort.body);
  }

  bytes(chunk: Buffer): void {
    this.exchange.bytes(this.cohort.clock.now(), chunk);
  }

  fin(): void {
    this.exchange.fin(this.cohort.clock.now());
  }

  failed(errno: string | null, stage: Stage): void {
    this.exchange.failed(this.cohort.clock.now(), errno, stage);
  }

  resolving(now: boolean): void {
    this.exchange.resolving(now);
  }

  near(): string | null {
    return this.connection?.local ?? null;
  }

  onFirstChunk(): void {
    this.cohort.firstChunk(this);
  }

  onEnd(event: EventOf<'end'>): void {
    this.cohort.ended(this, event);
  }

  /** Done with its connection. */
  close(completed: boolean): void {
    if (completed) this.connection?.release();
    else this.connection?.destroy();
  }
}
