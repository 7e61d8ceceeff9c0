import type { LateTurns } from '../base/turns.ts';
import { type Nanoseconds, nsPerMs } from '../base/units.ts';
import { ownInstruments } from '../catalogue/instruments.ts';
import type { EventOf } from './schema.ts';

/** How late a process of an embedded cluster was (src/base/turns.ts), as the history has it. `agent`: which of them. */
export const clusterLateness = (agent: string, turns: LateTurns): EventOf<'lateness'> => ({
  type: 'lateness',
  instrument: ownInstruments.cluster,
  agent,
  ...turns,
});

/** Gathers how late something started, and reports it by windows. */
interface LatenessWindow {
  add(latenessNs: Nanoseconds): void;
  /** The window that ends now; null if nothing was due in it. */
  take(now: Nanoseconds): EventOf<'lateness'> | null;
}

/** `instrument`: as the history names it. */
export function latenessWindow(instrument: string, from: Nanoseconds): LatenessWindow {
  let values: number[] = [];
  let since = from;
  return {
    add(latenessNs) {
      values.push(latenessNs / nsPerMs);
    },
    take(now) {
      const sorted = values.sort((one, other) => one - other);
      const windowMs = (now - since) / nsPerMs;
      values = [];
      since = now;
      const maxMs = sorted.at(-1);
      const p99Ms = sorted[Math.ceil(sorted.length * 0.99) - 1];
      if (maxMs === undefined || p99Ms === undefined) return null;
      return { type: 'lateness', t: now, instrument, windowMs, count: sorted.length, p99Ms, maxMs };
    },
  };
}
