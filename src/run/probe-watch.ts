import type { Nanoseconds } from '../base/units.ts';
import type { EventOf } from '../history/schema.ts';

/** Follows the probes while a trial runs, only to know when to go on; the figures are the analysis' own. */
export interface ProbeWatch {
  observe(event: EventOf<'start'> | EventOf<'end'>): void;
  readonly sent: number;
  readonly failed: number;
  /**
   * True when every probe due in some window of `stabilityNs` after `since` succeeded, and none after it failed.
   * A probe unanswered for `timeoutNs` counts as failed.
   */
  stableSince(
    since: Nanoseconds,
    now: Nanoseconds,
    stabilityNs: Nanoseconds,
    timeoutNs: Nanoseconds,
  ): boolean;
}

export function probeWatch(): ProbeWatch {
  const pending = new Map<string, Nanoseconds>();
  let lastBadDue = 0;
  let sent = 0;
  let failed = 0;
  return {
    get sent() {
      return sent;
    },
    get failed() {
      return failed;
    },
    observe(event) {
      if (event.type === 'start') {
        if (event.kind !== 'probe') return;
        sent += 1;
        pending.set(event.id, event.dueAt);
        return;
      }
      const dueAt = pending.get(event.id);
      if (dueAt === undefined) return;
      pending.delete(event.id);
      if (event.outcome === 'completed' || event.outcome === 'cancelled') return;
      failed += 1;
      lastBadDue = Math.max(lastBadDue, dueAt);
    },
    stableSince(since, now, stabilityNs, timeoutNs) {
      if (sent === 0) return now - since >= stabilityNs;
      let bad = Math.max(since, lastBadDue);
      let certainUntil = now;
      for (const dueAt of pending.values()) {
        if (now - dueAt > timeoutNs) bad = Math.max(bad, dueAt);
        else certainUntil = Math.min(certainUntil, dueAt);
      }
      return certainUntil - bad >= stabilityNs;
    },
  };
}
