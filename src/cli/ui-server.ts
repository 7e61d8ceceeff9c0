import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { UiFrame } from '../reports/ui/feed.ts';
import { uiPage, uiPolicy } from '../reports/ui/page.ts';

export interface UiServer {
  /** The URL with its token, without which nothing is answered. */
  readonly url: string;
  /** Sends the last frame and ends. */
  close(): Promise<void>;
}

const host = '127.0.0.1';
/** Real milliseconds between two frames. */
const frameMs = 200;

/**
 * Serves the live page on loopback, on a random port and below a random token. Other programs of this machine cannot guess the
 * token, and a site in the browser that has a name point to loopback fails at the Host header.
 */
export async function serveUi(experiment: string, frame: () => UiFrame): Promise<UiServer> {
  const token = randomBytes(24).toString('base64url');
  const clients = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const path = request.headers.host === `${host}:${port}` && request.method === 'GET' ? request.url : null;
    if (path === `/${token}/`) {
      response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' });
      response.end(uiPage(experiment));
    } else if (path === `/${token}/events`) {
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
      clients.add(response);
      response.on('close', () => clients.delete(response));
      send(response);
    } else {
      response.writeHead(404, headers);
      response.end();
    }
  });
  let last = '';
  const send = (response: ServerResponse) => response.write(`data: ${JSON.stringify(frame())}\n\n`);
  const timer = setInterval(() => {
    if (clients.size === 0) return;
    const text = JSON.stringify(frame());
    if (text === last) return;
    last = text;
    for (const client of clients) {
      // A browser that does not keep up gets the next one.
      if (client.writableNeedDrain) continue;
      client.write(`data: ${text}\n\n`);
    }
  }, frameMs);
  timer.unref();
  server.listen(0, host);
  await once(server, 'listening');
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}/${token}/`,
    async close() {
      clearInterval(timer);
      for (const client of clients) {
        send(client);
        client.end();
      }
      server.close();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), 500);
      await once(server, 'close');
      clearTimeout(cut);
    },
  };
}

const headers = {
  'content-security-policy': uiPolicy,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;
