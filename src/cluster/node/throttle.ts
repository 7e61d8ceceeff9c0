import type { Timers } from '../../base/timers.ts';

/** Runs `action` at once, and what is asked for within the next `ms` once at their end: as Traefik gathers changes. */
export function throttle(
  ms: number,
  action: () => void,
  timers: Pick<Timers, 'after'>,
): { ask(): void; stop(): void } {
  let stopTimer: (() => void) | null = null;
  let again = false;
  const begin = () => {
    action();
    stopTimer = timers.after(ms, () => {
      stopTimer = null;
      if (!again) return;
      again = false;
      begin();
    });
  };
  return {
    ask() {
      if (stopTimer === null) begin();
      else again = true;
    },
    stop() {
      stopTimer?.();
      again = false;
    },
  };
}
