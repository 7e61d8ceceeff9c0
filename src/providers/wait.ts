import { type Clock, monotonic } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import { timersOf } from '../base/timers.ts';

const shortestPauseMs = 25;

/**
 * Asks until the answer is yes. Throws `cluster-failed` at the limit (real ms), or the signal's reason, also if the
 * question itself gets no answer.
 */
export async function waitFor(
  what: string,
  limitMs: number,
  signal: AbortSignal,
  done: () => Promise<boolean>,
  pauseMs = shortestPauseMs,
  clock: Clock = monotonic,
): Promise<void> {
  const timers = timersOf(clock);
  let over = () => {};
  const end = new Promise<never>((_, reject) => {
    const late = () =>
      reject(
        new MidflightError(
          'cluster-failed',
          `timed out after ${Math.round(limitMs / 1000)} s waiting for ${what}`,
        ),
      );
    const aborted = () => reject(signal.reason);
    const stopLimit = timers.after(limitMs, late);
    signal.addEventListener('abort', aborted, { once: true });
    over = () => {
      stopLimit();
      signal.removeEventListener('abort', aborted);
    };
    if (signal.aborted) aborted();
  });
  try {
    while (!(await Promise.race([done(), end]))) {
      await Promise.race([clock.sleep(pauseMs, signal), end]);
    }
  } finally {
    over();
    end.catch(() => {}); // nobody waits for it any more
  }
}
