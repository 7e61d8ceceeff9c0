import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { nsPerMs } from '../../base/units.ts';
import type { Path } from '../../history/schema.ts';
import { plainAddress } from '../address.ts';
import { chunkLine, endLine, ingressNodeHeader } from '../protocol.ts';
import type { AppConfig } from './config.ts';
import { readQuery } from './query.ts';
import { createStreams } from './stream.ts';

export interface App {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections; settles when all that is in flight is finished. */
  drain(): Promise<void>;
  /** Ends it now: what is in flight is cut. */
  close(): Promise<void>;
}

/** Starts the slow app; rejects where it cannot listen. */
export async function serveApp(config: AppConfig, clock: Clock): Promise<App> {
  const streams = createStreams(() => clock.now() / nsPerMs);
  const state = { draining: false };
  const server = createServer((request, response) => {
    request.resume(); // a body, if any, is of no interest
    // A kept connection would hold the end of the process up.
    if (state.draining) response.setHeader('connection', 'close');
    const wanted = readQuery(request.url ?? '/');
    switch (wanted.kind) {
      case 'stream':
        response.writeHead(200, head);
        return streams.start(response, { ...wanted, path: pathOf(request, config) });
      case 'short':
        response.writeHead(200, head);
        return void response.end(chunkLine(0, pathOf(request, config), 0) + endLine(1));
      case 'health':
        return answer(response, 200, 'ok');
      case 'bad':
        return answer(response, 400, wanted.message);
      case 'unknown':
        return answer(response, 404, 'not found\n');
    }
  });
  // Longer than a proxy keeps its idle connections, or it would send into a closing one (Traefik: 90 s, but it retries).
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  server.headersTimeout = 60_000;
  server.on('clientError', (_error, socket) => socket.destroy());
  await listening(server, config);
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const address = server.address();
  return {
    host: config.host,
    port: typeof address === 'object' && address !== null ? address.port : config.port,
    drain() {
      if (state.draining) return closed;
      state.draining = true;
      server.close();
      // Streams that began before have no `connection: close`, so their connections are idle at their ends.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      return closed.finally(() => clearInterval(idle));
    },
    close() {
      streams.stop();
      server.close();
      server.closeAllConnections();
      return closed;
    },
  };
}

const head = { 'content-type': 'text/plain', 'cache-control': 'no-store' };

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, head);
  response.end(text);
}

/** How the request came here. A proxy appends the address that it saw to X-Forwarded-For: the last is the ingress'. */
function pathOf(request: IncomingMessage, { node, pod }: AppConfig): Path {
  const { headersDistinct: headers, socket } = request;
  const forwarded = headers['x-forwarded-for']?.join(',').split(',').at(-1)?.trim();
  const peer = socket.remoteAddress === undefined ? null : plainAddress(socket.remoteAddress);
  return {
    endpointNode: node,
    endpointPod: pod,
    ingressNode: headers[ingressNodeHeader]?.[0] ?? null,
    ingressPod: headers['x-forwarded-server']?.[0] ?? null,
    source: forwarded === undefined || forwarded === '' ? peer : plainAddress(forwarded),
  };
}

function listening(
  server: ReturnType<typeof createServer>,
  { host, port, backlog }: AppConfig,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
