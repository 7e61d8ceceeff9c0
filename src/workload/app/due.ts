/*
 * One timer for all streams of the app: thousands of them would otherwise each keep their own.
 */

/** Items by due time, milliseconds; a binary heap. */
interface Due<T> {
  add(item: T, atMs: number): void;
  /** Forgets all of them. */
  clear(): void;
}

/** Due times are rounded up to this, so that streams a hair apart share one waking. */
const gridMs = 4;

/** Calls `fire` for each item at its time or up to `gridMs` later. `now` counts in milliseconds, with fractions. */
export function dueTimer<T>(now: () => number, fire: (item: T, nowMs: number) => void): Due<T> {
  const heap: { item: T; atMs: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let armedForMs = Number.POSITIVE_INFINITY;

  const arm = () => {
    const first = heap[0];
    if (first === undefined || first.atMs >= armedForMs) return;
    clearTimeout(timer);
    armedForMs = first.atMs;
    timer = setTimeout(wake, Math.max(0, Math.ceil(first.atMs - now())));
  };
  const wake = () => {
    armedForMs = Number.POSITIVE_INFINITY;
    const nowMs = now();
    // What `fire` adds is due later than now on the grid, so this ends.
    for (let first = heap[0]; first !== undefined && first.atMs <= nowMs; first = heap[0]) {
      removeFirst(heap);
      fire(first.item, nowMs);
    }
    arm();
  };
  return {
    add(item, atMs) {
      const earliest = Math.max(atMs, now() + 0.001);
      insert(heap, { item, atMs: Math.ceil(earliest / gridMs) * gridMs });
      arm();
    },
    clear() {
      heap.length = 0;
      clearTimeout(timer);
      armedForMs = Number.POSITIVE_INFINITY;
    },
  };
}

interface Timed {
  readonly atMs: number;
}

function insert<E extends Timed>(heap: E[], entry: E): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || parent.atMs <= entry.atMs) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function removeFirst<E extends Timed>(heap: E[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const goRight = right !== undefined && right.atMs < left.atMs;
    const smaller = goRight ? right : left;
    if (smaller.atMs >= last.atMs) break;
    heap[at] = smaller;
    at = 2 * at + (goRight ? 2 : 1);
  }
  heap[at] = last;
}
