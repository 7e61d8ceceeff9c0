import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { type Certificate, selfSigned } from '../../../src/base/certificate.ts';
import { monotonic } from '../../../src/base/clock.ts';
import type { Step } from './steps.ts';

/** What the server did on one connection. */
export interface Deed {
  /** The client's side of it, as `127.0.0.1:41234` or `[::1]:41234`. */
  readonly client: string;
  readonly acceptedAt: number;
  /** When the last step was done, CLOCK_MONOTONIC ns; null: the client went away before. */
  readonly doneAt: number | null;
  readonly last: Step['do'];
}

/** For TLS listeners: one certificate for all. */
export const contextOf = (certificate: Certificate = selfSigned('app.test')): SecureContext =>
  createSecureContext(certificate);

/**
 * Does the steps on every connection of a port of its own. With a `context` it speaks TLS: what is done on connect is
 * then done instead of the handshake, and what on request, inside TLS (a reset is TCP's all the same).
 */
export async function faultListener(
  host: string,
  on: 'connect' | 'request',
  steps: readonly Step[],
  tell: (deed: Deed) => void,
  context?: SecureContext,
): Promise<Server> {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const secure = context !== undefined && on === 'request';
    const inner = secure ? new TLSSocket(socket, { isServer: true, secureContext: context }) : socket;
    serve(socket, inner, on, steps, tell);
  });
  await new Promise<void>((resolve) => server.listen({ host, port: 0, backlog: 4096 }, resolve));
  return server;
}

function serve(
  tcp: Socket,
  socket: Socket,
  on: 'connect' | 'request',
  steps: readonly Step[],
  tell: (deed: Deed) => void,
): void {
  const { remoteAddress = '', remotePort } = tcp;
  const client = `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
  const acceptedAt = monotonic.now();
  const last = steps.at(-1)?.do ?? 'hang';
  let told = false;
  const done = (doneAt: number | null) => {
    if (told) return;
    told = true;
    tell({ client, acceptedAt, doneAt, last });
  };
  const asked = requests(socket);
  tcp.on('error', () => tcp.destroy());
  if (socket !== tcp) socket.on('error', () => tcp.destroy());
  socket.on('end', () => socket.end());
  tcp.on('close', () => done(null));
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
      case 'hang':
        done(monotonic.now());
        return;
      case 'fin':
        done(monotonic.now());
        socket.end();
        return;
      case 'rst':
        done(monotonic.now());
        tcp.resetAndDestroy();
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
