import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
} from 'node:http';
import type { Readable } from 'node:stream';
import { endToEnd } from '../../base/end-to-end.ts';
import type { AppEndpoint } from './config.ts';

/** An answer of the app: its head, and its body as it comes. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  /** End to end only. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Readable;
  /** Once the body is closed: all of it came. */
  whole(): boolean;
}

/** One request on its way to the app. */
export interface Sent {
  readonly endpoint: AppEndpoint;
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** The client's body; null: it has none, so that the request can be sent again. */
  readonly body: IncomingMessage | null;
  onResponse(answer: Answer): void;
  /** No response head came: the connection could not be made, or broke before it. */
  onError(status: 500 | 502 | 504): void;
}

/** Connections to the app, kept between requests. */
export interface AppConnections {
  /** Returns how to give it up. */
  send(sent: Sent): () => void;
  close(): void;
}

/** `localAddress` null: the system's choice. `dialTimeoutMs`: real milliseconds. */
export function createUpstream(localAddress: string | null, dialTimeoutMs: number): AppConnections {
  // Traefik 3.7's serversTransport: maxIdleConnsPerHost 200, and no limit of those in use.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 200 });
  const from = localAddress === null ? {} : { localAddress };
  return {
    send(sent) {
      const { endpoint, method, path, headers, body } = sent;
      let abandoned = false;
      const attempt = (): ClientRequest => {
        const { host, port } = endpoint;
        const outgoing = request({ agent, host, port, method, path, headers, ...from });
        const late = limitDialling(outgoing, dialTimeoutMs);
        let answered = false;
        outgoing.once('response', (response) => {
          answered = true;
          sent.onResponse({
            status: response.statusCode ?? 502,
            statusText: response.statusMessage ?? '',
            headers: endToEnd(response),
            body: response,
            whole: () => response.complete,
          });
        });
        outgoing.on('error', (error: NodeJS.ErrnoException) => {
          // What breaks after the head is seen at the response.
          if (answered || abandoned) return;
          answered = true;
          if (mayRepeat(outgoing, sent, error)) current = attempt();
          else sent.onError(late() ? 504 : error.code?.startsWith('HPE_') ? 500 : 502);
        });
        if (body === null) outgoing.end();
        else body.pipe(outgoing);
        return outgoing;
      };
      let current = attempt();
      return () => {
        abandoned = true;
        current.destroy();
      };
    },
    close: () => agent.destroy(),
  };
}

/** Gives up a request whose connection is not established in time; returns whether it did. */
function limitDialling(outgoing: ClientRequest, limitMs: number): () => boolean {
  let late = false;
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      late = true;
      outgoing.destroy();
    }, limitMs);
    const clear = () => clearTimeout(timer);
    socket.once('connect', clear).once('close', clear);
  });
  return () => late;
}

export const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const broken = new Set(['ECONNRESET', 'EPIPE']);

/**
 * The app may close a kept connection just when it is used again, for a reason that has nothing to do with the request: such a one is
 * sent anew, as often as there are kept connections, never after a fresh one failed (Go 1.24 net/http/transport.go,
 * persistConn.shouldRetryRequest and Request.isReplayable, which Traefik relies on).
 */
function mayRepeat(outgoing: ClientRequest, { method, body }: Sent, error: NodeJS.ErrnoException): boolean {
  return outgoing.reusedSocket && body === null && repeatable.has(method) && broken.has(error.code ?? '');
}
