/** Data that arrives within this time is read together (ms). */
const togetherMs = 3;
/** Below this number of open streams each event is read as it comes. */
export const coalesceFrom = 1000;

const lock = new Int32Array(new SharedArrayBuffer(4));

/**
 * Interrupt coalescing, as network cards do it: the system under test needs the cores that each waking of this process
 * takes. While `open()` are many, the process sleeps a little between two turns of its loop, and instants that it records
 * are late by as much at most. Returns what is to be called after each stream that is opened.
 */
export function coalescing(open: () => number): () => void {
  let going = false;
  const turn = () => {
    going = open() >= coalesceFrom;
    if (!going) return;
    Atomics.wait(lock, 0, 0, togetherMs);
    setImmediate(turn);
  };
  return () => {
    if (going || open() < coalesceFrom) return;
    going = true;
    setImmediate(turn);
  };
}
