import type { Nanoseconds } from './units.ts';

/** Time as a parameter, so that tests need no sleeping. */
export interface Clock {
  /** Monotonic now. */
  now(): Nanoseconds;
  /** Resolves after `ms` of real time, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** CLOCK_MONOTONIC: one scale for all processes and containers on one Linux kernel. */
export const monotonic: Clock = {
  now: () => Number(process.hrtime.bigint()),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
