import { Socket } from 'node:net';
import * as z from 'zod';
import { monotonic } from '../base/clock.ts';
import { type Relay, relay } from './relay.ts';

/* A process that carries connections for the edge, driven over IPC: each socket comes with its order. */

const carry = z.object({
  type: z.literal('carry'),
  id: z.int(),
  upstream: z.object({
    host: z.string(),
    port: z.int(),
    localAddress: z.string().nullable(),
    hello: z.number().nullable(),
  }),
  mode: z.enum(['passthrough', 'proxy']),
  connectTimeoutMs: z.number(),
  openedAt: z.number(),
});
export type Carried = z.infer<typeof carry>;

const order = z.discriminatedUnion('type', [
  carry,
  z.object({ type: z.literal('reset'), id: z.int() }),
  z.object({ type: z.literal('mute'), id: z.int() }),
  z.object({ type: z.literal('shut-down'), id: z.int() }),
]);

/** Real milliseconds, as the balancer's own sweep. */
const sweepMs = 20;

/** Serves until the parent is gone; its death ends this process and so closes the sockets. */
export function serveRelays(): void {
  const relays = new Map<number, Relay>();
  const report = (message: Record<string, unknown>) => {
    if (process.connected) process.send?.(message);
  };
  setInterval(() => {
    const now = monotonic.now();
    for (const one of relays.values()) one.expire(now);
  }, sweepMs);
  process.on('message', (message, handle) => {
    const given = order.parse(message);
    if (given.type === 'reset') return relays.get(given.id)?.reset();
    if (given.type === 'mute') return relays.get(given.id)?.mute();
    if (given.type === 'shut-down') return relays.get(given.id)?.shutDown();
    if (!(handle instanceof Socket)) return;
    const { id } = given;
    handle.allowHalfOpen = true; // a socket that comes by IPC forgets how it was accepted
    relays.set(
      id,
      relay({
        ...given,
        client: handle,
        now: monotonic.now,
        onSettled: () => report({ type: 'settled', id }),
        onClosed(end) {
          relays.delete(id);
          report({ type: 'closed', id, end });
        },
      }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => {}); // the parent decides
}
