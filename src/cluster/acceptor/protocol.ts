import * as z from 'zod/mini';

/*
 * The acceptor of one NodePort: it listens and hands sockets on by IPC, so that it can be stopped (new connections fall
 * silent) while the streams, which live in the node's process, flow on.
 */

/** Node to acceptor. */
export const acceptorCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listen'), host: z.string(), port: z.int(), backlog: z.int() }),
  z.object({ type: z.literal('close') }),
]);
export type AcceptorCommand = z.infer<typeof acceptorCommand>;

/** Acceptor to node; `connection` comes with its socket. */
export const acceptorEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening') }),
  z.object({ type: z.literal('closed') }),
  z.object({ type: z.literal('failed'), reason: z.string() }),
  z.object({ type: z.literal('connection') }),
]);
export type AcceptorEvent = z.infer<typeof acceptorEvent>;
