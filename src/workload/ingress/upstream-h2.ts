import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { connect as dial, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { timersOf } from '../../base/timers.ts';
import { nsPerMs } from '../../base/units.ts';
import type { AppEndpoint, IngressConfig } from './config.ts';
import { type Answer, type AppConnections, repeatable, type Sent } from './upstream.ts';

interface Connection {
  readonly session: ClientHttp2Session;
  /** No connection was made in time. */
  readonly late: () => boolean;
  open: number;
}

interface H2Options extends Pick<IngressConfig, 'bindAddress' | 'dialTimeoutMs'> {
  readonly h2c: NonNullable<IngressConfig['h2c']>;
}

/**
 * One HTTP/2 connection for each endpoint, or for the Service's address, that carries all requests. A dead peer shows as silence:
 * the connection is over when the ping is not answered, or else when the kernel gives up. The kernel of a stopped process goes on
 * to acknowledge, so a ping stands in for what TCP would find out.
 */
export function createH2Upstream(
  { bindAddress, dialTimeoutMs, h2c }: H2Options,
  clock: Clock,
): AppConnections {
  const timers = timersOf(clock);
  const connections = new Map<string, Connection>();
  const connectTo = (key: string, { host, port, h2Port = port }: AppEndpoint): Connection => {
    const from = bindAddress === null ? {} : { localAddress: bindAddress };
    const socket = dial({ host, port: h2Port, ...from });
    const session = connect(`http://${host}:${h2Port}`, { createConnection: () => socket });
    let late = false;
    const cancel = timers.after(dialTimeoutMs, () => {
      late = true;
      session.destroy();
      socket.destroy(); // from Node.js 24 a session waits for its peer
    });
    const made: Connection = { session, late: () => late, open: 0 };
    const stopWatch = watchSilence(made, socket, h2c, clock);
    const forget = () => {
      if (connections.get(key) === made) connections.delete(key);
    };
    session.once('connect', cancel);
    session.on('goaway', forget);
    session.on('error', () => {}); // each request learns of it at its own stream
    session.once('close', () => {
      cancel();
      stopWatch();
      forget();
    });
    connections.set(key, made);
    return made;
  };
  const usable = (key: string) => {
    const found = connections.get(key);
    return found === undefined || found.session.closed || found.session.destroyed ? undefined : found;
  };
  return {
    send(sent) {
      let abandoned = false;
      const attempt = (again: boolean): ClientHttp2Stream => {
        const { host, port } = sent.endpoint;
        const key = h2c.via === 'service' ? 'service' : `${host}:${port}`;
        const connection = usable(key) ?? connectTo(key, sent.endpoint);
        const stream = request(connection, sent);
        stream.on('error', () => {}); // 'close' follows
        let answered = false;
        stream.once('response', (headers) => {
          answered = true;
          sent.onResponse(answerOf(stream, headers));
        });
        stream.once('close', () => {
          connection.open -= 1;
          if (answered || abandoned) return;
          if (again && mayRepeat(stream, sent)) current = attempt(false);
          else sent.onError(connection.late() ? 504 : 502);
        });
        return stream;
      };
      let current = attempt(true);
      return () => {
        abandoned = true;
        current.close(constants.NGHTTP2_CANCEL);
      };
    },
    close() {
      for (const { session } of connections.values()) session.destroy(new Error('closed'));
    },
  };
}

function request(connection: Connection, { method, path, headers, body }: Sent): ClientHttp2Stream {
  const { host, ...others } = headers;
  connection.open += 1;
  const pseudo = { ':method': method, ':path': path, ':scheme': 'http', ':authority': String(host ?? '') };
  const stream = connection.session.request({ ...others, ...pseudo }, { endStream: body === null });
  body?.pipe(stream);
  return stream;
}

function answerOf(
  stream: ClientHttp2Stream,
  received: IncomingHttpHeaders & { ':status'?: number | undefined },
): Answer {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(received)) {
    if (value === undefined || name.startsWith(':')) continue;
    headers[name] = typeof value === 'number' ? String(value) : value;
  }
  let ended = false;
  stream.once('end', () => {
    ended = true;
  });
  const status = received[':status'] ?? 502;
  return { status, statusText: '', headers, body: stream, whole: () => ended && stream.rstCode === 0 };
}

/** The peer says itself that it has not begun with it (RFC 9113, 8.7). */
const mayRepeat = ({ rstCode }: ClientHttp2Stream, { method, body }: Sent): boolean =>
  rstCode === constants.NGHTTP2_REFUSED_STREAM && body === null && repeatable.has(method);

/** Ends the session of a peer that is silent for too long. Returns how to stop looking. */
function watchSilence(
  connection: Connection,
  socket: Socket,
  { pingAfterMs, pings, givesUpMs }: H2Options['h2c'],
  clock: Clock,
): () => void {
  const { session } = connection;
  const stepMs = Math.max(5, Math.min(pingAfterMs, givesUpMs - pingAfterMs) / 10);
  let seen = 0;
  let since = clock.now();
  let asked = false;
  return timersOf(clock).every(stepMs, () => {
    if (session.connecting || session.destroyed) return;
    const bytes = socket.bytesRead;
    // With nothing under way, TCP has nothing that could stay unacknowledged.
    const idle = !pings && connection.open === 0;
    if (bytes !== seen || idle) {
      seen = bytes;
      since = clock.now();
      asked = false;
      return;
    }
    const silentMs = (clock.now() - since) / nsPerMs;
    // By an error, or what is under way would seem to have ended in order.
    if (silentMs >= givesUpMs) return void session.destroy(new Error('silent for too long'));
    if (silentMs >= pingAfterMs && !asked) asked = session.ping(() => {});
  });
}
