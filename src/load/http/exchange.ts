import type { Nanoseconds } from '../../base/units.ts';
import type { Ending } from './classify.ts';
import { type RequestOptions, requestRecord } from './record.ts';
import { responseReader } from './response.ts';

/** A request in flight, however it is carried. What comes after its end is ignored. */
export interface InFlight {
  readonly options: RequestOptions;
  readonly connectedAt: Nanoseconds | null;
  /** When the server last showed a sign of life: it connected or sent a byte. */
  readonly aliveAt: Nanoseconds;
  readonly ended: boolean;
  /** We gave up on it, or ended it. */
  giveUp(t: Nanoseconds, ending: Extract<Ending, 'silence' | 'connect-timeout' | 'cancelled'>): void;
}

/** One request over HTTP/1.1, told what its connection does. */
export interface Exchange extends InFlight {
  connected(t: Nanoseconds, local: string | null): void;
  bytes(t: Nanoseconds, chunk: Buffer): void;
  fin(t: Nanoseconds): void;
  failed(t: Nanoseconds, errno: string | null): void;
}

export function exchange(options: RequestOptions): Exchange {
  const record = requestRecord(options);
  const response = responseReader(record.body);
  const end = (t: Nanoseconds, ending: Ending, errno: string | null = null) =>
    record.end(t, ending, { status: response.status, errno, reusable: response.reusable });
  return {
    options,
    get connectedAt() {
      return record.connectedAt;
    },
    get aliveAt() {
      return record.aliveAt;
    },
    get ended() {
      return record.ended;
    },
    connected: record.connected,
    bytes(t, chunk) {
      if (record.ended) return;
      record.heard(t);
      response.push(chunk);
      if (response.malformed) end(t, 'malformed');
      else if (record.wrong) end(t, 'wrong');
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
