import { type Nanoseconds, nsPerMs } from '../base/units.ts';

/**
 * Looks at each request when its limit might be reached, not at all of them all the time: ten thousand looked at every
 * 50 ms would cost half of what the recorder may use.
 */
interface Deadlines<T> {
  add(item: T, at: Nanoseconds): void;
  /** Looks at all whose time has come; each at most `everyMs` after it. */
  tick(now: Nanoseconds): void;
}

/** `look` returns when to look again, or null when the item is done with. */
export function deadlines<T>(
  everyMs: number,
  now: Nanoseconds,
  look: (item: T, now: Nanoseconds) => Nanoseconds | null,
): Deadlines<T> {
  const slotNs = everyMs * nsPerMs;
  const slots = new Map<number, T[]>();
  // The slots up to this one have been looked at; what is due earlier waits in the next.
  let past = Math.floor(now / slotNs);
  const add = (item: T, at: Nanoseconds) => {
    const slot = Math.max(past + 1, Math.ceil(at / slotNs));
    const present = slots.get(slot);
    if (present === undefined) slots.set(slot, [item]);
    else present.push(item);
  };
  return {
    add,
    tick(present) {
      for (const last = Math.floor(present / slotNs); past < last; ) {
        past += 1;
        const items = slots.get(past);
        slots.delete(past);
        for (const item of items ?? []) {
          const next = look(item, present);
          if (next !== null) add(item, next);
        }
      }
    },
  };
}
