import type { Nanoseconds } from './units.ts';

/** Time as a parameter, so that tests need no sleeping. */
export interface Clock {
  /** Monotonic now. */
  now(): Nanoseconds;
  /** Resolves after `ms` of real time, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that knows the wall time as well: for what people and Kubernetes' objects are given, never for a duration. */
export interface WallClock extends Clock {
  wall(): Date;
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

/** The machine's clocks. */
export const systemClock: WallClock = { ...monotonic, wall: () => new Date() };
