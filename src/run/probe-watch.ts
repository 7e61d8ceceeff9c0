import { lowerBound } from '../base/ascending.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { EventOf } from '../history/schema.ts';

/** Follows the probes while a trial runs, only to know when to go on; the figures are the analysis' own. */
export interface ProbeWatch {
  observe(event: EventOf<'start'> | EventOf<'end'>): void;
  readonly sent: number;
  readonly failed: number;
  /**
   * True when in every lane all probes have succeeded for `stabilityNs`, from the first success due after `since` and after the
   * last failure: as the analysis has it, which must not find a trial that ended before its window was whole.
   * A probe unanswered for `timeoutNs` counts as failed.
   */
  stableSince(
    since: Nanoseconds,
    now: Nanoseconds,
    stabilityNs: Nanoseconds,
    timeoutNs: Nanoseconds,
  ): boolean;
}

/** Probes of one lane, by when they were due. */
interface Followed {
  readonly pending: Map<string, Nanoseconds>;
  /** Successes, ascending. */
  readonly good: Nanoseconds[];
  lastBad: Nanoseconds;
}

export function probeWatch(): ProbeWatch {
  const lanes = new Map<string | null, Followed>();
  let sent = 0;
  let failed = 0;

  const laneOf = (id: string) => {
    for (const followed of lanes.values()) if (followed.pending.has(id)) return followed;
    return undefined;
  };
  const onStart = ({ id, lane, dueAt }: EventOf<'start'>) => {
    sent += 1;
    const followed = lanes.get(lane) ?? { pending: new Map(), good: [], lastBad: -1 };
    lanes.set(lane, followed);
    followed.pending.set(id, dueAt);
  };
  const ended = ({ id, outcome }: EventOf<'end'>) => {
    const followed = laneOf(id);
    const dueAt = followed?.pending.get(id);
    if (followed === undefined || dueAt === undefined) return;
    followed.pending.delete(id);
    if (outcome === 'cancelled') return;
    if (outcome === 'completed') {
      // Answers come almost in the order of their requests.
      const { good } = followed;
      if (dueAt >= (good.at(-1) ?? dueAt)) good.push(dueAt);
      else good.splice(lowerBound(good, dueAt), 0, dueAt);
      return;
    }
    failed += 1;
    followed.lastBad = Math.max(followed.lastBad, dueAt);
  };
  return {
    get sent() {
      return sent;
    },
    get failed() {
      return failed;
    },
    observe(event) {
      if (event.type === 'end') ended(event);
      else if (event.kind === 'probe') onStart(event);
    },
    stableSince(since, now, stabilityNs, timeoutNs) {
      if (sent === 0) return now - since >= stabilityNs;
      return [...lanes.values()].every(({ pending, good, lastBad }) => {
        let bad = lastBad;
        let certainUntil = now;
        for (const dueAt of pending.values()) {
          if (now - dueAt > timeoutNs) bad = Math.max(bad, dueAt);
          else certainUntil = Math.min(certainUntil, dueAt);
        }
        const first = good[lowerBound(good, Math.max(since, bad + 1))];
        return first !== undefined && certainUntil - first >= stabilityNs;
      });
    },
  };
}
