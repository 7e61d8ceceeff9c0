import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { loggedAddress } from '../../base/address.ts';
import type { Clock } from '../../base/clock.ts';
import { ranges } from '../../base/ranges.ts';
import { requestIdOf } from '../../base/request-id.ts';
import { nsPerMs } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import type { AppEndpoint, IngressConfig } from './config.ts';
import { forwardedHeaders } from './forwarded.ts';
import { type Answer, createUpstream } from './upstream.ts';
import { createH2Upstream } from './upstream-h2.ts';

/** What a client gets that gave up before its answer: for the log only (Traefik 3.7, StatusClientClosedRequest). */
const clientClosed = 499;
/** Bodies as Traefik 3.7 and Go's http.NotFound and http.Error have them. */
const texts = {
  403: 'Forbidden',
  404: '404 page not found\n',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'no available server\n',
  504: 'Gateway Timeout',
} as const;

interface Proxy {
  readonly handle: RequestListener;
  setUpstream(endpoints: readonly AppEndpoint[]): void;
  close(): void;
}

/** Carries requests to the app's endpoints in turn, and logs each one when it has ended. */
export function createProxy(
  config: IngressConfig,
  clock: Clock,
  log: (event: EventOf<'ingress'>) => void,
): Proxy {
  const allowed = config.allowList.length === 0 ? () => true : ranges(config.allowList);
  const carrier = { node: config.node, pod: config.pod, trusts: ranges(config.trustedIPs) };
  const hostname = config.hostname.toLowerCase();
  const upstream =
    config.h2c === undefined
      ? createUpstream(config.bindAddress, config.dialTimeoutMs)
      : createH2Upstream({ ...config, h2c: config.h2c }, clock);
  const turn = { endpoints: [...config.upstream], next: config.h2c === undefined ? 0 : startOf(config.node) };
  const nextEndpoint = () => turn.endpoints[turn.next++ % turn.endpoints.length];

  const handle: RequestListener = (request, response) => {
    const peer = request.socket.remoteAddress ?? '';
    logWhenEnded(request, response, peer);
    if (hostOf(request) !== hostname) return refuse(response, 404);
    if (!allowed(peer)) return refuse(response, 403);
    const endpoint = nextEndpoint();
    if (endpoint === undefined) return refuse(response, 503);
    const abandon = upstream.send({
      endpoint,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: forwardedHeaders(request, peer, carrier),
      body: hasBody(request) ? request : null,
      onResponse: (answer) => relay(answer, response),
      onError: (status) => refuse(response, status),
    });
    response.once('close', () => {
      if (!response.writableFinished) abandon();
    });
  };

  const logWhenEnded = (request: IncomingMessage, response: ServerResponse, peer: string) => {
    const startedAt = clock.now();
    response.once('close', () => {
      const t = clock.now();
      log({
        type: 'ingress',
        t,
        pod: config.pod,
        node: config.node,
        id: requestIdOf(request),
        source: loggedAddress(peer),
        status: response.headersSent ? response.statusCode : clientClosed,
        durationMs: (t - startedAt) / nsPerMs,
      });
    });
  };

  return {
    handle,
    setUpstream(endpoints) {
      turn.endpoints = [...endpoints];
    },
    close: upstream.close,
  };
}

/** So that the ingress pods of two nodes begin with different endpoints, as chance would have it at best. */
const startOf = (node: string) => [...node].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);

/** Passes an answer on as it comes; one that breaks off breaks off for the client too. */
function relay(answer: Answer, response: ServerResponse): void {
  response.writeHead(answer.status, answer.statusText, { ...answer.headers });
  // The head does not wait for a body that may take its time.
  response.flushHeaders();
  const { body } = answer;
  body.on('error', () => {}); // 'close' carries the whole result
  body.once('close', () => {
    // What the client already has coming is sent, then its connection is closed without the last chunk: so does Go's
    // server on http.ErrAbortHandler, with which its ReverseProxy ends such an answer (Go 1.24 net/http/httputil).
    if (!answer.whole()) response.socket?.destroySoon();
  });
  body.pipe(response);
}

function refuse(response: ServerResponse, status: keyof typeof texts): void {
  if (response.headersSent || response.destroyed) return;
  const text = texts[status];
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length });
  response.end(text);
}

/** The host without its port, as Traefik's Host matcher takes it. */
function hostOf(request: IncomingMessage): string {
  return (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
