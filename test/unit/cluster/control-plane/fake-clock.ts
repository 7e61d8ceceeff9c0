import type { Clock } from '../../../../src/base/clock.ts';

interface FakeClock extends Clock {
  /** Moves time on, waking sleepers in the order of their times. */
  advance(ms: number): Promise<void>;
  wall(): Date;
}

const start = Date.UTC(2026, 0, 1);

/** Time that stands still until it is moved. */
export function fakeClock(): FakeClock {
  let nowMs = 0;
  const sleepers = new Set<{ due: number; wake: () => void }>();
  // A few turns of the microtask queue: what woke may write, and what that wrote may wake controllers.
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => nowMs * 1e6,
    wall: () => new Date(start + nowMs),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { due: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    async advance(ms) {
      const end = nowMs + ms;
      await settle();
      for (;;) {
        const [next] = [...sleepers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (next === undefined) break;
        nowMs = Math.max(nowMs, next.due);
        sleepers.delete(next);
        next.wake();
        await settle();
      }
      nowMs = end;
      await settle();
    },
  };
}
