import { connect, type Socket } from 'node:net';
import { type Clock, monotonic } from '../base/clock.ts';
import { timersOf } from '../base/timers.ts';

/*
 * A listener whose process is stopped still completes handshakes, until its queue of accepted connections is full:
 * from then on Linux drops every SYN (tcp_conn_request, net/ipv4/tcp_input.c: sk_acceptq_is_full). Filling that queue
 * with connections of our own is how a dead node becomes silent to new ones.
 */

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Connections that keep a backlog full. */
export interface Filling {
  readonly held: number;
  /** Ends them. The listener's process discards them by their source address when it lives again. */
  release(): void;
}

/** A loopback handshake takes microseconds; none within this time means that the queue is full (ms). */
const settledMs = 40;
/** Above any backlog of ours (net.core.somaxconn is 4096 at most places). */
const limit = 8192;

/**
 * Fills the backlog of a stopped listener. Resolves when it takes no more; at once if nothing listens. `atOnce`:
 * connections tried together, so that a short queue is not met with many.
 */
export async function fillBacklog(
  listener: ListenAddress,
  from: string | null,
  atOnce = 64,
  clock: Clock = monotonic,
): Promise<Filling> {
  const held: Socket[] = [];
  // A whole wave must be silent before it is believed: one SYN alone may be lost for other reasons.
  for (let before = -1; before < held.length && held.length < limit; ) {
    before = held.length;
    const results = await Promise.all(
      Array.from({ length: atOnce }, () => tryConnect(listener, from, clock)),
    );
    held.push(...results.filter((result) => typeof result !== 'string'));
    if (results.includes('refused')) break;
  }
  return {
    held: held.length,
    release() {
      for (const socket of held) socket.destroy();
    },
  };
}

function tryConnect(
  { host, port }: ListenAddress,
  from: string | null,
  clock: Clock,
): Promise<Socket | 'silent' | 'refused'> {
  return new Promise((resolve) => {
    const socket = connect(from === null ? { host, port } : { host, port, localAddress: from });
    // Timers come before sockets in a turn of the loop: a process that was held up would take its own lateness for silence.
    const stopTimer = timersOf(clock).after(settledMs, () => setImmediate(giveUp));
    const giveUp = () => {
      if (!socket.connecting) return;
      socket.destroy();
      resolve('silent');
    };
    socket.on('error', () => {
      stopTimer();
      resolve('refused');
    });
    socket.once('connect', () => {
      stopTimer();
      socket.unref();
      resolve(socket);
    });
  });
}
