import type { Clock } from '../base/clock.ts';
import { type Nanoseconds, nsPerMs } from '../base/units.ts';

/**
 * Calls `sweep` every `everyMs`, one timer for all requests. The sweep comes after a round of reading: a process that
 * was itself held up must first see the bytes that wait for it, before it calls a server silent.
 */
export function sweeper(
  clock: Clock,
  everyMs: number,
  sweep: (now: Nanoseconds, latenessNs: Nanoseconds) => void,
): { stop(): void } {
  let stopped = false;
  let dueAt = clock.now() + everyMs * nsPerMs;
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    timer = setTimeout(fire, Math.max(0, Math.floor((dueAt - clock.now()) / nsPerMs)));
  };
  const fire = () => {
    const latenessNs = Math.max(0, clock.now() - dueAt);
    setImmediate(() => {
      if (stopped) return;
      const now = clock.now();
      dueAt = Math.max(dueAt + everyMs * nsPerMs, now);
      sweep(now, latenessNs);
      arm();
    });
  };
  arm();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
