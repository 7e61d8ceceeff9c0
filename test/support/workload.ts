import { connect, createServer, type Server, type Socket } from 'node:net';
import { monotonic } from '../../src/base/clock.ts';
import type { EventOf } from '../../src/history/schema.ts';
import { appConfig } from '../../src/workload/app/config.ts';
import { serveApp } from '../../src/workload/app/serve.ts';
import { type IngressConfig, ingressConfig } from '../../src/workload/ingress/config.ts';
import { serveIngress } from '../../src/workload/ingress/serve.ts';
import { hostname } from '../../src/workload/manifests.ts';
import { type BodyReader, bodyReader } from '../../src/workload/protocol.ts';

/*
 * App and model ingress in the test's own process, and a client that tells how its connection ended.
 */

/** What a client saw of one request. */
interface Seen {
  readonly status: number | null;
  readonly headers: ReadonlyMap<string, string>;
  /** Without the chunks' framing. */
  readonly body: string;
  readonly reader: BodyReader;
  /** The last chunk of HTTP's own framing, or all of the announced length, came. */
  readonly whole: boolean;
  /** How the server's side ended; null: the client closed. */
  readonly end: 'fin' | 'rst' | null;
}

interface Ask {
  readonly port: number;
  readonly path: string;
  readonly host?: string;
  readonly localAddress?: string;
  readonly hostname?: string;
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Sees the bytes as they come, with how to hold them up. */
  readonly onData?: (text: string, socket: Socket) => void;
}

/** One request on its own connection, which the server is asked to close. Settles when the connection has ended. */
export function ask(request: Ask): Promise<Seen> {
  const { port, path, host = '127.0.0.1', localAddress, method = 'GET', body = '' } = request;
  const socket = connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${request.hostname ?? hostname}`,
    'Connection: close',
    ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
    ...(request.headers ?? []),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  const pieces: string[] = [];
  let end: Seen['end'] = null;
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    pieces.push(text);
    request.onData?.(text, socket);
  });
  socket.once('end', () => {
    end = 'fin';
  });
  socket.once('error', () => {
    end = 'rst';
  });
  return new Promise((resolve) => socket.once('close', () => resolve(readAnswer(pieces.join(''), end))));
}

function readAnswer(text: string, end: Seen['end']): Seen {
  const at = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, Math.max(0, at)).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const rest = at === -1 ? '' : text.slice(at + 4);
  const chunked = headers.get('transfer-encoding') === 'chunked';
  const { body, whole } = chunked ? dechunk(rest) : { body: rest, whole: false };
  const reader = bodyReader();
  reader.push(Buffer.from(body, 'latin1'));
  const status = /^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1];
  return {
    status: status === undefined ? null : Number(status),
    headers,
    body,
    reader,
    whole: chunked ? whole : rest.length === Number(headers.get('content-length')),
    end,
  };
}

function dechunk(text: string): { body: string; whole: boolean } {
  let body = '';
  let at = 0;
  for (;;) {
    const line = text.indexOf('\r\n', at);
    if (line === -1) return { body, whole: false };
    const size = Number.parseInt(text.slice(at, line), 16);
    if (size === 0) return { body, whole: true };
    body += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
    if (at > text.length) return { body, whole: false };
  }
}

export const startApp = (config: Partial<Parameters<typeof serveApp>[0]> = {}) =>
  serveApp(
    appConfig.parse({ role: 'app', host: '127.0.0.1', port: 0, node: 'node-a', pod: 'app-1', ...config }),
    monotonic,
  );

/** With the events it has logged so far. */
export async function startIngress(config: Partial<IngressConfig>) {
  const events: EventOf<'ingress'>[] = [];
  const served = await serveIngress(
    ingressConfig.parse({
      role: 'ingress',
      host: '127.0.0.1',
      port: 0,
      pingHost: '127.0.0.1',
      pingPort: 0,
      node: 'node-i',
      pod: 'ingress-1',
      upstream: [],
      hostname,
      allowList: [],
      trustedIPs: [],
      graceTimeOutMs: 10_000,
      requestAcceptGraceTimeoutMs: 0,
      bindAddress: null,
      ...config,
    }),
    monotonic,
    (event) => events.push(event),
  );
  return { ...served, events };
}

/** An upstream that does what a test says with each connection. */
export async function rawServer(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    onSocket(socket);
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    endpoint: { host: '127.0.0.1', port },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Bounded waiting for something that another part of the process does. */
export async function until(met: () => boolean, limitMs = 5000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!met() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
}
