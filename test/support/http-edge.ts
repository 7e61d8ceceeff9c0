import { Agent, createServer, type IncomingMessage, type RequestListener, request } from 'node:http';
import type { Socket } from 'node:net';
import { errnoOf } from '../../src/base/errors.ts';
import type { PlannedEdge } from '../../src/plan/schema.ts';
import { presets } from '../../src/presets/index.ts';
import { rigTest } from './balancer.ts';
import type { Rig } from './edge-rig.ts';

type Http = NonNullable<PlannedEdge['http']>;

const alb = presets['aws-alb'].http;

/** An HTTP balancer in front of so many nodes, with time-outs that a test can wait for. */
export function httpTest(
  nodes: number,
  http: Partial<Http>,
  work: (rig: Rig) => Promise<void>,
  more: Partial<PlannedEdge> = {},
) {
  if (alb === undefined) throw new Error('aws-alb speaks HTTP');
  const settings = { ...alb, idleTimeoutMs: 20_000, ...http };
  return rigTest(nodes, { mode: 'proxy', http: settings, ...more }, work);
}

/** The node answers HTTP; `connected`: each connection to it, in order. */
export async function serveHttp(rig: Rig, node: string, handle: RequestListener): Promise<Socket[]> {
  const connected: Socket[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, handle);
  await rig.serve(node, (socket) => {
    connected.push(socket);
    server.emit('connection', socket);
  });
  return connected;
}

/** What a client gets: status and body, and how the body ended. */
interface Got {
  readonly status: number;
  readonly body: string;
  readonly end: 'whole' | 'cut';
  readonly headers: IncomingMessage['headers'];
}

interface Asked {
  readonly agent?: Agent;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Without an agent on a connection of its own. Rejects with the errno if no head comes. */
export function get(rig: Rig, { body, agent, ...asked }: Asked = {}): Promise<Got> {
  const { host, port } = rig;
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, ...asked, agent: agent ?? new Agent() }, (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (bytes: string) => {
        text += bytes;
      });
      response.on('error', () => {});
      response.once('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: text,
          end: response.complete ? 'whole' : 'cut',
          headers: response.headers,
        }),
      );
    });
    sent.on('error', (error) => reject(new Error(errnoOf(error) ?? error.message)));
    sent.end(body);
  });
}

/** The end of the n-th request at the balancer, from 0. */
export const ended = (rig: Rig, nth = 0) => rig.event('edge-response', ({ request }) => request === nth);
