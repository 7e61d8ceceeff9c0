import { type ClientRequest, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { OwnAnswerReason } from '../../base/connections.ts';
import { endToEnd } from '../../base/end-to-end.ts';
import { errnoOf } from '../../base/errors.ts';
import type { NodeName } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import type { PlannedHttp } from '../../plan/schema.ts';
import { NotConnected, type Upstream } from './dial.ts';
import { forwarded } from './forwarded.ts';
import type { Pool } from './pool.ts';

type RequestEnd = Pick<
  EventOf<'edge-response'>,
  'node' | 'upstream' | 'status' | 'own' | 'ended' | 'bytesDown'
>;

interface CarryOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly pool: Pool;
  readonly settings: Pick<PlannedHttp, 'answers' | 'retries'>;
  /** Real milliseconds. */
  readonly idleMs: number;
  /** The node to send it to, none of those that were tried; undefined: there is none. */
  choose(tried: ReadonlySet<NodeName>): { readonly node: NodeName; readonly upstream: Upstream } | undefined;
  /** It is sent to a node; null: there is none to send it to. */
  onSent(node: NodeName | null): void;
  /** Called once. */
  onEnded(end: RequestEnd): void;
}

/** One request of a client, and its answer. */
export interface CarriedRequest {
  /** The node that it was sent to last; null: none yet. */
  readonly node: NodeName | null;
  /** Ends both sides. */
  end(how: 'reset' | 'close'): void;
}

/**
 * Sends a request to a node and passes the answer on as it comes, in both directions without keeping a body. A request goes to another
 * node only while no connection was made: so nothing of it can have been done twice.
 */
export function carryRequest(options: CarryOptions): CarriedRequest {
  const { request, response, pool, settings } = options;
  const { socket: client } = request;
  const end: RequestEnd = {
    node: null,
    upstream: null,
    status: null,
    own: null,
    ended: 'left',
    bytesDown: 0,
  };
  const tried = new Set<NodeName>();
  let outgoing: ClientRequest | null = null;
  let over = false;

  const finish = (ended: RequestEnd['ended']) => {
    if (over) return;
    over = true;
    clearTimeout(idle);
    if (ended !== 'whole') outgoing?.destroy();
    options.onEnded({ ...end, ended });
  };
  /** The answer that has begun cannot be taken back: what the client has coming is sent, then its connection is closed. */
  const breakOff = (ended: 'cut' | 'idle') => {
    finish(ended);
    client.destroySoon();
  };
  const answer = (own: OwnAnswerReason) => {
    if (over || end.own !== null || response.headersSent) return;
    const status = settings.answers[own];
    Object.assign(end, { own, status });
    outgoing?.destroy();
    const text = `${status} ${STATUS_CODES[status] ?? ''}\n`;
    response.writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': text.length,
      // Whoever has not sent all of its request cannot send the next one behind it.
      ...(request.complete ? {} : { connection: 'close' }),
    });
    response.end(text);
  };
  const idle = setTimeout(() => {
    if (response.headersSent) breakOff('idle');
    else answer('silent');
  }, options.idleMs);

  const send = (because: OwnAnswerReason) => {
    const chosen = options.choose(tried);
    if (chosen === undefined) {
      if (tried.size === 0) options.onSent(null);
      return answer(because);
    }
    const { node, upstream } = chosen;
    tried.add(node);
    Object.assign(end, { node });
    options.onSent(node);
    const body = hasBody(request);
    const headers = forwarded(request, body);
    const sent = pool.send(upstream, { method: request.method ?? 'GET', path: request.url ?? '/', headers });
    outgoing = sent;
    sent.once('socket', (socket: Socket) => {
      const found = pool.about(socket);
      if (found !== null) {
        const { number, openedAt, local } = found;
        Object.assign(end, { upstream: { number, openedAt, reused: sent.reusedSocket, local } });
      }
      if (!body) return;
      // Not before there is a connection: until then it may go to another node.
      sent.flushHeaders();
      request.pipe(sent);
      request.on('data', () => idle.refresh());
    });
    sent.once('response', pass);
    sent.on('error', (error) => {
      if (over || sent !== outgoing || end.status !== null) return;
      if (!(error instanceof NotConnected))
        return answer(errnoOf(error)?.startsWith('HPE_') ? 'malformed' : 'closed');
      if (tried.size <= settings.retries) send(error.reason);
      else answer(error.reason);
    });
    if (!body) sent.end();
  };
  const pass = (answered: IncomingMessage) => {
    if (over || end.own !== null) return void answered.destroy();
    end.status = answered.statusCode ?? 502;
    idle.refresh();
    response.writeHead(end.status, answered.statusMessage ?? '', endToEnd(answered));
    response.flushHeaders(); // the head does not wait for a body that may take its time
    answered.on('data', (bytes: Buffer) => {
      end.bytesDown += bytes.length;
      idle.refresh();
    });
    answered.on('error', () => {}); // 'close' carries the whole result
    answered.once('close', () => {
      if (!over && !answered.complete) breakOff('cut');
    });
    answered.pipe(response);
  };
  response.on('drain', () => idle.refresh());
  response.once('close', () =>
    finish(response.writableFinished ? (end.own === null ? 'whole' : 'own') : 'left'),
  );
  send('no-target');

  return {
    get node() {
      return end.node;
    },
    end(how) {
      finish('edge');
      if (how === 'reset') client.resetAndDestroy();
      else client.destroy();
    },
  };
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
