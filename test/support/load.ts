import type { Message } from '../../src/base/role.ts';
import { type EventOf, historyEvent, type Outcome } from '../../src/history/schema.ts';
import type { LoadTarget, ProbeConfig, StreamsConfig } from '../../src/load/config.ts';

/** What a load said, gathered. */
export interface Said {
  readonly messages: readonly Message[];
  readonly starts: ReadonlyMap<string, EventOf<'start'>>;
  readonly ends: readonly EventOf<'end'>[];
  emit(message: Message): void;
  flush(): void;
  /** Resolves at the load's `idle`; rejects where it does not come. */
  idle(limitMs: number): Promise<void>;
  countByOutcome(): Partial<Record<Outcome, number>>;
}

/** A RoleContext's emit that keeps everything; every history event is held against the schema. */
export function gather(): Said {
  const messages: Message[] = [];
  const starts = new Map<string, EventOf<'start'>>();
  const ends: EventOf<'end'>[] = [];
  let onIdle = () => {};
  let isIdle = false;
  return {
    messages,
    starts,
    ends,
    emit(message) {
      messages.push(message);
      if (message.type === 'idle') {
        isIdle = true;
        onIdle();
      } else if (message.type === 'start' || message.type === 'end' || message.type === 'lateness') {
        const event = historyEvent.parse(message);
        if (event.type === 'start') starts.set(event.id, event);
        if (event.type === 'end') ends.push(event);
      }
    },
    flush() {},
    idle: (limitMs) =>
      new Promise((resolve, reject) => {
        if (isIdle) return resolve();
        const timer = setTimeout(() => reject(new Error(`not idle after ${limitMs} ms`)), limitMs);
        onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    countByOutcome() {
      const counts: Partial<Record<Outcome, number>> = {};
      for (const { outcome } of ends) counts[outcome] = (counts[outcome] ?? 0) + 1;
      return counts;
    },
  };
}

export function targetAt(host: string, port: number, more: Partial<LoadTarget> = {}): LoadTarget {
  return { host, port, tls: false, hostname: 'app.test', path: '/', headers: {}, insecure: false, ...more };
}

export function streamsAt(target: LoadTarget, more: Partial<StreamsConfig> = {}): StreamsConfig {
  return {
    role: 'recorder',
    load: 'slow',
    trial: 0,
    target,
    localAddresses: [],
    concurrency: 1,
    app: { durationMs: 1000, intervalMs: 100, chunkSize: 128, bodySize: 0 },
    rampMs: 0,
    stallMs: 500,
    connectTimeoutMs: 500,
    renew: false,
    expectStatus: 200,
    idPrefix: '0-slow-',
    ...more,
  };
}

export function probeAt(target: LoadTarget, more: Partial<ProbeConfig> = {}): ProbeConfig {
  return {
    role: 'probe',
    load: 'probe',
    trial: 0,
    target,
    localAddresses: [],
    rate: 100,
    lanes: ['new'],
    http: '1.1',
    family: 0,
    timeoutMs: 500,
    holdMs: 500,
    expectStatus: 200,
    idPrefix: '0-probe-',
    untrustedLatenessMs: 20,
    ...more,
  };
}
