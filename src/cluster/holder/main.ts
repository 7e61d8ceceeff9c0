import type { SendHandle } from 'node:child_process';
import { type HolderCommand, type HolderEvent, holderCommand } from './protocol.ts';

/*
 * argv: its token. Everything else by IPC (protocol.ts). Ends when the node's process is gone.
 */

/** A listening socket that nothing accepts from: node passes it on as it is. */
type Bare = SendHandle & { close(closed: () => void): void };

const held = new Map<number, Bare>();

const answer = (event: HolderEvent, handle?: Bare) => process.send?.(event, handle);

function obey({ type, id }: HolderCommand, handle: Bare | undefined): void {
  if (type === 'hold') {
    if (handle !== undefined) held.set(id, handle);
    answer({ type: 'held', id });
  } else if (type === 'give') {
    answer({ type: 'given', id }, held.get(id));
  } else {
    const closing = held.get(id);
    held.delete(id);
    if (closing === undefined) answer({ type: 'dropped', id });
    else closing.close(() => answer({ type: 'dropped', id }));
  }
}

process.on('message', (message, handle) => obey(holderCommand.parse(message), handle as Bare | undefined));
process.on('disconnect', () => process.exit(0));
for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {});
