import type { Clock } from './clock.ts';
import { abortController } from './signals.ts';

/** Timers as a parameter, real milliseconds; each returns how to end it. */
export interface Timers {
  every(ms: number, tick: () => void): () => void;
  after(ms: number, then: () => void): () => void;
}

/** Timers of a clock. */
export function timersOf(clock: Pick<Clock, 'sleep'>): Timers {
  const after = (ms: number, then: () => void) => {
    const ended = abortController();
    void clock.sleep(ms, ended.signal).then(then, () => {});
    return () => ended.abort();
  };
  return {
    after,
    every(ms, tick) {
      let end = () => {};
      const again = () => {
        end = after(ms, () => {
          again();
          tick();
        });
      };
      again();
      return () => end();
    },
  };
}
