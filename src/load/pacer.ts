import type { Clock } from '../base/clock.ts';
import { type Nanoseconds, nsPerMs } from '../base/units.ts';

/** Calls `start` at due times; what is due at once is done in slices, so that the event loop is never held up. */
interface Pacer {
  add(dueAt: Nanoseconds): void;
  /** Forgets all that has not begun. */
  clear(): void;
  readonly waiting: number;
}

/** Each start costs some 50 us: a slice stays under about 2 ms. */
const sliceSize = 32;

export function pacer(clock: Clock, start: (dueAt: Nanoseconds) => void): Pacer {
  let due: Nanoseconds[] = [];
  let head = 0;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;

  const arm = () => {
    clearTimeout(timer);
    timer = undefined;
    const next = due[head];
    if (next === undefined || immediate !== undefined) return;
    timer = setTimeout(run, Math.max(0, Math.floor((next - clock.now()) / nsPerMs)));
  };
  const run = () => {
    timer = undefined;
    immediate = undefined;
    for (let count = 0; count < sliceSize; count++) {
      const next = due[head];
      if (next === undefined || next > clock.now()) return compact();
      head += 1;
      start(next);
    }
    immediate = setImmediate(run);
  };
  const compact = () => {
    if (head > 1024 || head === due.length) {
      due = due.slice(head);
      head = 0;
    }
    arm();
  };

  return {
    add(dueAt) {
      let at = due.length;
      while (at > head && (due[at - 1] ?? 0) > dueAt) at -= 1;
      if (at === due.length) due.push(dueAt);
      else due.splice(at, 0, dueAt);
      if (at === head) arm();
    },
    clear() {
      due = [];
      head = 0;
      clearTimeout(timer);
      clearImmediate(immediate);
      timer = undefined;
      immediate = undefined;
    },
    get waiting() {
      return due.length - head;
    },
  };
}
