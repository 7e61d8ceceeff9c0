import type { Socket } from 'node:net';

/** How sockets are closed of which nothing more is wanted. */
export interface Closing {
  /** Closes them as soon as there is time for it. */
  later(socket: Socket): void;
  /** When the server has had its time to do so. */
  inTime(socket: Socket): void;
}

/** How long a server may take to close after its answer, at least. */
const releaseMs = 1000;

export function closingSockets(): Closing {
  return { later: inSlices(), inTime: inTime() };
}

/** One timer for all released sockets: one for each would cost more than all the rest of their end. */
function inTime(): (socket: Socket) => void {
  let released: Socket[] = [];
  let earlier: Socket[] = [];
  let scheduled = false;
  const schedule = () => {
    scheduled = true;
    setTimeout(sweep, releaseMs).unref();
  };
  const sweep = () => {
    for (const socket of earlier) socket.destroy();
    [earlier, released] = [released, []];
    scheduled = false;
    if (earlier.length > 0) schedule();
  };
  return (socket) => {
    released.push(socket);
    if (!scheduled) schedule();
  };
}

/** Between two slices, ms. */
const sliceMs = 10;
/** So many in one, and more if many wait, so that they do not hold their files for long. */
const sliceOf = (waiting: number) => Math.max(64, Math.ceil(waiting / 50));

/** Closing a socket costs as much as telling ten losses: after a mass failure that waits, and goes in slices. */
function inSlices(): (socket: Socket) => void {
  let waiting: Socket[] = [];
  let scheduled = false;
  const run = () => {
    const count = sliceOf(waiting.length);
    for (const socket of waiting.slice(0, count)) socket.destroy();
    waiting = waiting.slice(count);
    scheduled = waiting.length > 0;
    if (scheduled) setTimeout(run, sliceMs);
  };
  let ranAt = 0;
  return (socket) => {
    waiting.push(socket);
    if (scheduled) return;
    scheduled = true;
    // The first goes at once; what comes right after it is many.
    const now = performance.now();
    if (now - ranAt > sliceMs) setImmediate(run);
    else setTimeout(run, sliceMs);
    ranAt = now;
  };
}
