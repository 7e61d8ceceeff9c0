import { monitorEventLoopDelay } from 'node:perf_hooks';
import { monotonic } from './clock.ts';
import { type Nanoseconds, nsPerMs } from './units.ts';

/** How late the turns of this process' event loop were, over the window that ends at t. Real milliseconds. */
export interface LateTurns {
  readonly t: Nanoseconds;
  readonly windowMs: number;
  readonly count: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** How often a turn is due. */
const everyMs = 20;
/** Short, so that a hold-up spoils a short time only. */
const windowMs = 250;
/** Any process is late by this much now and then, and no figure is read more exactly than a few turns. */
const usualMs = 20;

/**
 * Calls `late` for each window in which a turn of this process came later than usual: it waited for a processor, or did
 * something else meanwhile. A process that was stopped (SIGSTOP) was not late: a fault stops it. Returns how to end that.
 */
export function watchTurns(late: (turns: LateTurns) => void): () => void {
  const delays = monitorEventLoopDelay({ resolution: everyMs });
  let since = monotonic.now();
  const take = () => {
    const t = monotonic.now();
    const { count, max } = delays;
    const window = {
      t,
      windowMs: (t - since) / nsPerMs,
      count,
      p99Ms: lateOf(delays.percentile(99)),
      maxMs: lateOf(max),
    };
    delays.reset();
    since = t;
    if (count > 0 && window.maxMs >= usualMs) late(window);
  };
  const goOn = () => {
    delays.reset();
    since = monotonic.now();
  };
  // A process that goes on runs its timers before it learns of the signal: only then is it known why they are late.
  const timer = setInterval(() => setImmediate(take), windowMs);
  timer.unref();
  process.on('SIGCONT', goOn);
  delays.enable();
  return () => {
    delays.disable();
    clearInterval(timer);
    process.off('SIGCONT', goOn);
  };
}

/** The histogram holds the time from one turn to the next, nanoseconds. */
const lateOf = (between: number): number => Math.max(0, between / nsPerMs - everyMs);
