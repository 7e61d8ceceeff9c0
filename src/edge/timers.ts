import { monotonic } from '../base/clock.ts';
import { type Nanoseconds, nsPerMs } from '../base/units.ts';

/** Time as the health checks need it: a test drives it by hand. */
export interface CheckTimers {
  now(): Nanoseconds;
  /** Calls `work` at `due` or as soon after as it can. Returns how to cancel. */
  at(due: Nanoseconds, work: () => void): () => void;
}

export const systemCheckTimers: CheckTimers = {
  now: monotonic.now,
  at(due, work) {
    // setTimeout cuts fractions off, and would fire before the instant.
    const timer = setTimeout(work, Math.max(0, Math.ceil((due - monotonic.now()) / nsPerMs)));
    return () => clearTimeout(timer);
  },
};
