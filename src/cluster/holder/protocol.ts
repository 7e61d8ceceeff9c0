import * as z from 'zod/mini';

/*
 * The holder of a node process' listening sockets: it has each of them as well, and accepts from none. So a socket that
 * the node's process closes still completes handshakes, until its queue is full: new connections fall silent, while the
 * streams, which live in the node's process, flow on.
 */

/** Node to holder. `hold` comes with the socket; `give` asks for it back, and the holder keeps it too; `drop`: it closes it. */
export const holderCommand = z.object({ type: z.enum(['hold', 'give', 'drop']), id: z.int() });
export type HolderCommand = z.infer<typeof holderCommand>;

/** Holder to node: each command is answered by the same id; `give` with the socket. */
export const holderEvent = z.object({ type: z.enum(['held', 'given', 'dropped']), id: z.int() });
export type HolderEvent = z.infer<typeof holderEvent>;
