import { createServer, type Server, type Socket } from 'node:net';
import { monotonic } from '../../../src/base/clock.ts';
import type { Step } from './steps.ts';

/** What the server did on one connection. */
export interface Deed {
  /** The client's side of it, as `127.0.0.1:41234`. */
  readonly client: string;
  readonly acceptedAt: number;
  /** When the last step was done, CLOCK_MONOTONIC ns; null: the client went away before. */
  readonly doneAt: number | null;
  readonly last: Step['do'];
}

/** Does the steps on every connection of a port of its own. */
export async function faultListener(
  host: string,
  on: 'connect' | 'request',
  steps: readonly Step[],
  tell: (deed: Deed) => void,
): Promise<Server> {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
    serve(socket, on, steps, tell),
  );
  await new Promise<void>((resolve) => server.listen({ host, port: 0, backlog: 4096 }, resolve));
  return server;
}

function serve(
  socket: Socket,
  on: 'connect' | 'request',
  steps: readonly Step[],
  tell: (deed: Deed) => void,
): void {
  const client = `${socket.remoteAddress}:${socket.remotePort}`;
  const acceptedAt = monotonic.now();
  const last = steps.at(-1)?.do ?? 'hang';
  let told = false;
  const done = (doneAt: number | null) => {
    if (told) return;
    told = true;
    tell({ client, acceptedAt, doneAt, last });
  };
  const asked = requests(socket);
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('close', () => done(null));
  const run = (index: number) => {
    const step = steps[index];
    if (step === undefined || socket.destroyed) return;
    const next = () => run(index + 1);
    switch (step.do) {
      case 'send':
        socket.write(step.text, 'latin1');
        next();
        return;
      case 'trickle':
        trickle(socket, step, next);
        return;
      case 'wait':
        setTimeout(next, step.ms);
        return;
      case 'request':
        asked.next(next);
        return;
      case 'hang':
        done(monotonic.now());
        return;
      case 'fin':
        done(monotonic.now());
        socket.end();
        return;
      case 'rst':
        done(monotonic.now());
        socket.resetAndDestroy();
        return;
    }
  };
  if (on === 'connect') run(0);
  else asked.next(() => run(0));
}

/** Counts whole request heads (bodies are read and dropped: none of ours looks like the end of a head). */
function requests(socket: Socket): { next(then: () => void): void } {
  let waiting: (() => void)[] = [];
  let heads = 0;
  let tail = '';
  const serveNext = () => {
    while (heads > 0 && waiting.length > 0) {
      heads -= 1;
      waiting.shift()?.();
    }
  };
  socket.on('data', (bytes) => {
    const text = tail + bytes.toString('latin1');
    heads += text.split('\r\n\r\n').length - 1;
    tail = text.slice(-3);
    serveNext();
  });
  return {
    next(then) {
      waiting = [...waiting, then];
      serveNext();
    },
  };
}

function trickle(
  socket: Socket,
  { text, size, everyMs }: Extract<Step, { do: 'trickle' }>,
  then: () => void,
): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at >= text.length || socket.destroyed) {
      clearInterval(timer);
      then();
      return;
    }
    socket.write(text.slice(at, at + size), 'latin1');
    at += size;
  }, everyMs);
}
