import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createH2Server } from 'node:http2';
import type { Writable } from 'node:stream';
import { loggedAddress } from '../../base/address.ts';
import type { Clock } from '../../base/clock.ts';
import { nsPerMs } from '../../base/units.ts';
import type { Path } from '../../history/schema.ts';
import { listenH2 } from '../h2-listener.ts';
import { type Listener, listen } from '../listener.ts';
import { chunkLine, endLine, ingressNodeHeader } from '../protocol.ts';
import type { AppConfig } from './config.ts';
import { readQuery } from './query.ts';
import { createStreams } from './stream.ts';

/** What both versions of HTTP have in common. */
interface AppRequest {
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
  resume(): unknown;
}
interface AppResponse extends Writable {
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
}

/** Where it listens; h2Port: for HTTP/2 without TLS. */
type App = Listener & { readonly h2Port?: number };

/** Starts the slow app; rejects if it cannot listen. `drain` finishes what is in flight, `close` cuts it. */
export async function serveApp(config: AppConfig, clock: Clock): Promise<App> {
  const streams = createStreams(() => clock.now() / nsPerMs);
  const handle = (request: AppRequest, response: AppResponse) => {
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
  };
  const server = createServer(handle);
  // Longer than most keep an idle connection; a proxy that keeps one longer still must be ready to lose it.
  server.keepAliveTimeout = 75_000;
  const h2Server = config.h2Port === undefined ? null : createH2Server(handle);
  const open = new Set([server, ...(h2Server === null ? [] : [h2Server])]);
  for (const one of open)
    one.once('close', () => {
      if (open.delete(one) && open.size === 0) streams.stop();
    });
  const main = await listen(server, config);
  if (h2Server === null || config.h2Port === undefined) return main;
  const h2 = await listenH2(h2Server, { ...config, port: config.h2Port });
  const both = (end: (one: Pick<Listener, 'drain' | 'close'>) => Promise<void>) =>
    Promise.all([main, h2].map(end)).then(() => {});
  return {
    host: main.host,
    port: main.port,
    h2Port: h2.port,
    drain: () => both((one) => one.drain()),
    close: () => both((one) => one.close()),
  };
}

const head = { 'content-type': 'text/plain', 'cache-control': 'no-store' };

function answer(response: AppResponse, status: number, text: string): void {
  response.writeHead(status, head);
  response.end(text);
}

/** How the request came here. A proxy appends the address that it saw to X-Forwarded-For: the last is the ingress'. */
function pathOf({ headers, socket }: AppRequest, { node, pod }: AppConfig): Path {
  const forwarded = textOf(headers['x-forwarded-for'])?.split(',').at(-1)?.trim();
  const peer = socket.remoteAddress === undefined ? null : loggedAddress(socket.remoteAddress);
  return {
    endpointNode: node,
    endpointPod: pod,
    ingressNode: textOf(headers[ingressNodeHeader]) ?? null,
    ingressPod: textOf(headers['x-forwarded-server']) ?? null,
    source: forwarded === undefined || forwarded === '' ? peer : loggedAddress(forwarded),
  };
}

const textOf = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(',') : value);
