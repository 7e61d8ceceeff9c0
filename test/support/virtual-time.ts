import type { WallClock } from '../../src/base/clock.ts';
import type { Timers } from '../../src/base/timers.ts';
import { nsPerMs } from '../../src/base/units.ts';

/** A time of its own: timers fire in their order, as fast as the code that waits for them lets them. */
export interface VirtualTime {
  readonly clock: WallClock;
  readonly timers: Timers;
  /** Milliseconds since the beginning. */
  nowMs(): number;
  /** Lets time pass until the promise settles. Throws if nothing would ever happen any more. */
  until<T>(promise: Promise<T>): Promise<T>;
}

interface Due {
  readonly at: number;
  readonly then: () => void;
}

/** A day: whatever waits longer hangs. */
const longestMs = 86_400_000;

export function virtualTime(): VirtualTime {
  let now = 0;
  const queue = new Set<Due>();
  const after = (ms: number, then: () => void) => {
    const due: Due = { at: now + ms, then };
    queue.add(due);
    return () => void queue.delete(due);
  };
  const every = (ms: number, tick: () => void) => {
    let stop = () => {};
    const again = () => {
      stop = after(ms, () => {
        again();
        tick();
      });
    };
    again();
    return () => stop();
  };
  const next = () => {
    let first: Due | null = null;
    for (const due of queue) if (first === null || due.at < first.at) first = due;
    if (first === null) throw new Error('nothing is waited for, and it is not over');
    if (first.at > longestMs) throw new Error('it hangs');
    queue.delete(first);
    now = Math.max(now, first.at);
    first.then();
  };
  return {
    nowMs: () => now,
    timers: { every, after },
    clock: {
      now: () => now * nsPerMs,
      wall: () => new Date(now),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          const onAbort = () => {
            stop();
            reject(signal?.reason);
          };
          const stop = after(ms, () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          });
          if (signal?.aborted) onAbort();
          else signal?.addEventListener('abort', onAbort, { once: true });
        }),
    },
    async until(promise) {
      let settled = false;
      const done = () => {
        settled = true;
      };
      promise.then(done, done);
      for (;;) {
        // Whatever follows from the last timer comes first.
        await new Promise((resolve) => setImmediate(resolve));
        if (settled) return promise;
        next();
      }
    },
  };
}
