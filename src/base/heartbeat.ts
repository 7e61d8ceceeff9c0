import type { CommonCommand } from './protocol.ts';
import type { RoleHandle } from './role.ts';

/*
 * A process of ours that is stopped, stuck or starved is silent, and its silence looks like the failure of something
 * else. So each is asked twice a second whether it still turns its event loop (serveRole answers).
 */

/** How often to ask a process (real ms). */
const everyMs = 500;

/** What a heartbeat needs of a role's handle. */
interface Answering {
  send(message: CommonCommand): void;
  onMessage(handler: (message: { readonly type: string }) => void): () => void;
  readonly exited: RoleHandle['exited'];
}

interface HeartbeatOptions {
  /** How long a process may take to answer before it counts as hung. Real milliseconds. */
  readonly limitMs: number;
  /** Real milliseconds of a monotonic clock. */
  now(): number;
  /** Calls `tick` every `ms`; returns how to end that. */
  every?(ms: number, tick: () => void): () => void;
  /** An answer came after `ms`. */
  answered?(ms: number): void;
  /** No answer for `ms` by now; called once for each silence. */
  silent(ms: number): void;
}

function everyInterval(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms);
  timer.unref();
  return () => clearInterval(timer);
}

/** Asks a role whether it still runs until it ends, or until the returned function is called. */
export function heartbeat(
  handle: Answering,
  { limitMs, now, every = everyInterval, answered = () => {}, silent }: HeartbeatOptions,
): () => void {
  let askedAt: number | null = null;
  let said = false;
  let tickedAt = now();
  const stopListening = handle.onMessage((message) => {
    if (message.type !== 'pong' || askedAt === null) return;
    answered(now() - askedAt);
    askedAt = null;
    said = false;
  });
  const stopTicking = every(everyMs, () => {
    const at = now();
    const own = Math.max(0, at - tickedAt - everyMs);
    tickedAt = at;
    if (askedAt === null) {
      askedAt = at;
      handle.send({ type: 'ping' });
      return;
    }
    askedAt += own; // while we did not run ourselves, an answer may have waited for us
    if (said || at - askedAt < limitMs) return;
    said = true;
    silent(at - askedAt);
  });
  const stop = () => {
    stopTicking();
    stopListening();
  };
  void handle.exited.then(stop);
  return stop;
}
