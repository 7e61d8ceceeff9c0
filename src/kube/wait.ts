import { type Clock, monotonic } from '../base/clock.ts';
import { type ErrorCode, MidflightError } from '../base/errors.ts';
import { timersOf } from '../base/timers.ts';

const shortestPauseMs = 25;

interface WaitOptions {
  /** The pause between an answer and the next question, milliseconds. */
  readonly pauseMs?: number;
  /** Whose milliseconds are meant. */
  readonly clock?: Pick<Clock, 'sleep'>;
  /** The code of the error at the limit. */
  readonly code?: ErrorCode;
  readonly hint?: string;
}

/**
 * Asks until the answer is yes. Throws at the limit (`cluster-failed`, unless another code is given), or the signal's
 * reason, also if the question itself gets no answer.
 */
export async function waitFor(
  what: string,
  limitMs: number,
  signal: AbortSignal,
  done: () => Promise<boolean>,
  { pauseMs = shortestPauseMs, clock = monotonic, code = 'cluster-failed', hint }: WaitOptions = {},
): Promise<void> {
  const timers = timersOf(clock);
  let over = () => {};
  const end = new Promise<never>((_, reject) => {
    const late = () =>
      reject(
        new MidflightError(
          code,
          `timed out after ${Math.round(limitMs / 1000)} s waiting for ${what}`,
          hint === undefined ? {} : { hint },
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
