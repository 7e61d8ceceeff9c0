import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { nsPerMs } from '../../base/units.ts';
import type { Path } from '../../history/schema.ts';
import { loggedAddress } from '../address.ts';
import { type Listener, listen } from '../listener.ts';
import { chunkLine, endLine, ingressNodeHeader } from '../protocol.ts';
import type { AppConfig } from './config.ts';
import { readQuery } from './query.ts';
import { createStreams } from './stream.ts';

/** Starts the slow app; rejects if it cannot listen. `drain` finishes what is in flight, `close` cuts it. */
export async function serveApp(config: AppConfig, clock: Clock): Promise<Listener> {
  const streams = createStreams(() => clock.now() / nsPerMs);
  const server = createServer((request, response) => {
    request.resume(); // a body, if any, is of no interest
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
  // Longer than most keep an idle connection; a proxy that keeps one longer still must be ready to lose it.
  server.keepAliveTimeout = 75_000;
  server.once('close', streams.stop);
  return listen(server, config);
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
  const peer = socket.remoteAddress === undefined ? null : loggedAddress(socket.remoteAddress);
  return {
    endpointNode: node,
    endpointPod: pod,
    ingressNode: headers[ingressNodeHeader]?.[0] ?? null,
    ingressPod: headers['x-forwarded-server']?.[0] ?? null,
    source: forwarded === undefined || forwarded === '' ? peer : loggedAddress(forwarded),
  };
}
