import { type ChildProcess, type SendHandle, spawn } from 'node:child_process';
import { type HolderCommand, type HolderEvent, holderEvent } from '../../holder/protocol.ts';

/** A listening socket apart from the server that accepts from it. */
export type ListeningSocket = SendHandle & { close(): void; listen(backlog: number): number };

/** The process that has a node process' listening sockets as well: what is closed here alone falls silent. */
export interface Holder {
  /** Null until it holds something. */
  readonly pid: number | null;
  /** Resolves when it has this socket too. */
  hold(id: number, socket: ListeningSocket): Promise<void>;
  /** The socket again, to accept from. */
  give(id: number): Promise<ListeningSocket>;
  /** Resolves when it has it no more: closed here as well, its port refuses. */
  drop(id: number): Promise<void>;
  end(): void;
}

interface HolderOptions {
  readonly bundle: string;
  readonly token: string;
  /** It ended without having been asked to. */
  onExit(reason: string): void;
}

interface Waiting {
  readonly wanted: HolderEvent['type'];
  resolve(socket: ListeningSocket | undefined): void;
  reject(error: Error): void;
}

const answers = { hold: 'held', give: 'given', drop: 'dropped' } as const;

/** Its process starts, in this process group, with the first socket. */
export function socketHolder(options: HolderOptions): Holder {
  let child: ChildProcess | null = null;
  let ending = false;
  const waiting = new Map<number, Waiting[]>();

  const start = () => {
    const made = spawn(process.execPath, [options.bundle, options.token], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const over = (reason: string) => {
      if (child === made) child = null;
      for (const asked of waiting.values())
        for (const one of asked) one.reject(new Error(`the holder ${reason}`));
      waiting.clear();
      if (!ending) options.onExit(reason);
    };
    made.on('message', (message, handle) => {
      const { type, id } = holderEvent.parse(message);
      const asked = waiting.get(id) ?? [];
      const first = asked.shift();
      if (asked.length === 0) waiting.delete(id);
      if (first?.wanted === type) first.resolve(handle as ListeningSocket | undefined);
      else first?.reject(new Error(`the holder said ${type}`));
    });
    made.on('error', (error) => over(error.message));
    made.on('exit', (code, signal) => over(`ended unexpectedly (${signal ?? code})`));
    return made;
  };
  const ask = (type: HolderCommand['type'], id: number, socket?: ListeningSocket) =>
    new Promise<ListeningSocket | undefined>((resolve, reject) => {
      if (ending) return reject(new Error('the holder has ended'));
      child ??= start();
      waiting.set(id, [...(waiting.get(id) ?? []), { wanted: answers[type], resolve, reject }]);
      child.send({ type, id } satisfies HolderCommand, socket, {}, (error) => {
        if (error !== null) reject(error);
      });
    });

  return {
    get pid() {
      return child?.pid ?? null;
    },
    async hold(id, socket) {
      await ask('hold', id, socket);
    },
    async give(id) {
      const socket = await ask('give', id);
      if (socket === undefined) throw new Error('the holder has no such socket');
      return socket;
    },
    async drop(id) {
      if (child !== null) await ask('drop', id);
    },
    end() {
      ending = true;
      child?.kill('SIGKILL');
    },
  };
}
