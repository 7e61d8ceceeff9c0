import type { CheckTimers } from '../../src/edge/timers.ts';

export const second = 1e9;

/** Time that a test turns by hand: every timer fires at its very instant. */
export function handTimers(): CheckTimers & {
  run(untilSeconds: number): Promise<void>;
  stall(untilSeconds: number): void;
} {
  let now = 0;
  let due: { at: number; work: () => void }[] = [];
  return {
    now: () => now,
    at(at, work) {
      const entry = { at, work };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
    /** Time passes, and no timer fires. */
    stall(untilSeconds) {
      now = untilSeconds * second;
    },
    async run(untilSeconds) {
      for (;;) {
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve(); // answers arrive
        const next = due.sort((one, other) => one.at - other.at)[0];
        if (next === undefined || next.at > untilSeconds * second) break;
        due.shift();
        now = Math.max(now, next.at);
        next.work();
      }
      now = untilSeconds * second;
    },
  };
}
