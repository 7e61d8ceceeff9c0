import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { type AcceptorCommand, type AcceptorEvent, acceptorEvent } from '../../acceptor/protocol.ts';

/** The node's side of one acceptor process. */
export interface Acceptor {
  readonly pid: number;
  /** Resolves when it listens; rejects with the reason if it cannot. */
  listen(host: string, port: number, backlog: number): Promise<void>;
  close(): Promise<void>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  end(): void;
}

/** Starts an acceptor in this process group. `onSocket` gets each connection; `onExit` hears of an end unasked for. */
export function startAcceptor(options: {
  readonly bundle: string;
  readonly token: string;
  readonly fillerAddress: string | null;
  onSocket(socket: Socket): void;
  onExit(reason: string): void;
}): Acceptor {
  const child = spawn(process.execPath, [options.bundle, options.token, options.fillerAddress ?? ''], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let ending = false;
  let waiting: ((event: AcceptorEvent) => void) | null = null;
  child.on('message', (message, handle) => {
    const event = acceptorEvent.parse(message);
    if (event.type !== 'connection') waiting?.(event);
    // Undefined if the client went before the socket was handed on.
    else if (handle instanceof Socket) {
      handle.allowHalfOpen = true; // what comes by IPC is made without it, and would answer a FIN with a FIN
      options.onSocket(handle);
    }
  });
  child.on('error', (error) => {
    if (!ending) options.onExit(error.message);
  });
  child.on('exit', (code, signal) => {
    waiting?.({ type: 'failed', reason: 'it ended' });
    if (!ending) options.onExit(`ended unexpectedly (${signal ?? code})`);
  });
  const ask = (command: AcceptorCommand) =>
    new Promise<void>((resolve, reject) => {
      waiting = (event) => {
        waiting = null;
        if (event.type === 'failed') reject(new Error(event.reason));
        else resolve();
      };
      child.send(command, (error) => {
        if (error !== null) reject(error);
      });
    });

  return {
    pid: child.pid ?? -1,
    listen: (host, port, backlog) => ask({ type: 'listen', host, port, backlog }),
    close: () => ask({ type: 'close' }),
    signal: (name) => void child.kill(name),
    end() {
      ending = true;
      child.kill('SIGKILL');
    },
  };
}
