import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf } from '../../../base/errors.ts';
import { methodNotAllowed, type Status, StatusError, unknownPath } from '../api/status.ts';
import type { Context } from '../context.ts';
import { accessReview } from './access-review.ts';
import { mediaType, readBody } from './body.ts';
import { discovery } from './discovery.ts';
import { notKept } from './not-kept.ts';
import { openapi } from './openapi.ts';
import { type Route, routeOf } from './route.ts';
import { tableOf, wantsTable } from './tables.ts';
import { answerRequest } from './verbs.ts';
import { serveWatch } from './watch.ts';

const health = ['/healthz', '/livez', '/readyz'];

/** The HTTP server over the store, not yet listening. `onError` hears what should not happen (the client gets a 500). */
export function createApiServer(context: Context, onError: (error: unknown) => void): Server {
  const server = createServer((request, response) => {
    handle(context, request, response).catch((error: unknown) => {
      if (!request.complete && request.destroyed) return; // the client went in the middle of its request
      if (!(error instanceof StatusError)) onError(error);
      const status =
        error instanceof StatusError
          ? error.status
          : new StatusError(500, 'InternalError', `Internal error occurred: ${messageOf(error)}`).status;
      sendStatus(response, status);
    });
  });
  // Clients keep connections; one that the server closes while a request is under way would look like a fault.
  server.keepAliveTimeout = 600_000;
  server.requestTimeout = 0;
  return server;
}

async function handle(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/+$/, '') : url.pathname;
  if (health.some((one) => path === one || path.startsWith(`${one}/`))) return sendText(response, 'ok');
  const found = discovery(path) ?? openapi(path);
  if (found !== undefined) {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
    return sendJson(response, 200, found);
  }
  const review = request.method === 'POST' ? accessReview(path) : undefined;
  if (review !== undefined) {
    await readBody(request);
    return sendJson(response, 201, review);
  }
  const route = routeOf(path);
  if (route === undefined) throw notKept(path) ?? unknownPath();
  const query = url.searchParams;
  if (request.method === 'GET' && isWatch(route, query)) return serveWatch(context, route, query, response);
  const body = await readBody(request);
  const method = request.method ?? 'GET';
  const result = await answerRequest(context, { method, route, query, mediaType: mediaType(request), body });
  const plain = route.subresource === undefined && wantsTable(request);
  const table = plain ? tableOf(route.info.resource, result.body, context.wall()) : undefined;
  // RFC 9111, 5.5: what clients print as `Warning: …` (apimachinery pkg/util/net, NewWarningHeader).
  const warnings = (result.warnings ?? []).map((one) => `299 - ${JSON.stringify(one)}`);
  const headers = warnings.length === 0 ? {} : { warning: warnings };
  sendJson(response, result.code, table ?? result.body, headers);
}

function isWatch(route: Route, query: URLSearchParams): boolean {
  const watch = query.get('watch');
  return route.subresource === undefined && (watch === 'true' || watch === '1');
}

function sendStatus(response: ServerResponse, status: Status): void {
  if (response.headersSent) response.destroy();
  else if (status.code === 429) {
    // The answer that an eviction gives: try again later (10 s in eviction.go's drain clients; the header is what they read).
    sendJson(response, status.code, status, { 'retry-after': '1' });
  } else sendJson(response, status.code, status);
}

function sendJson(response: ServerResponse, code: number, body: unknown, headers = {}): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(code, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

function sendText(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length });
  response.end(text);
}
