import { createServer, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { chunkLine, endLine } from '../../workload/protocol.ts';
import { recorder } from './recorder.ts';

/** Number of streams, and of chunks in each, after which V8 has compiled the code that they run. */
const streams = 100;
const chunks = 2;
/** Number of streams above which cold code would delay starts and the recording of losses. */
const worthIt = 1000;
const limitMs = 2000;

/**
 * Runs against a server of its own what a ramp and a mass failure run, until V8 has compiled it. Cold, that code takes
 * several times as long: of 10,000 starts the first came up to 100 ms late, and the losses of all at once, which are that
 * code's first run, took 450 ms to report.
 */
export async function warmUp(concurrency: number, clock: Clock): Promise<void> {
  if (concurrency < worthIt) return;
  let turn = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => answer(socket, endings[turn++ % endings.length] ?? 'whole', 0));
  });
  const port = await listening(server);
  if (port === null) return; // colder, that is all
  await new Promise<void>((resolve) => {
    const load = recorder(configAt(port), { emit, flush() {} }, clock);
    const end = () => {
      clearTimeout(limit);
      load.stop();
      resolve();
    };
    const limit = setTimeout(end, limitMs);
    load.begin();
    function emit(message: { readonly type: string }) {
      JSON.stringify(message);
      if (message.type === 'idle') setImmediate(end);
    }
  });
  server.close();
}

type Ending = 'whole' | 'fin' | 'rst';
/** A process that dies ends its connections by FIN if nothing was unread: most losses are of that kind. */
const endings: readonly Ending[] = ['fin', 'rst', 'fin', 'whole'];
const http = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n';
const path = { endpointNode: 'n', endpointPod: 'p', ingressNode: 'n', ingressPod: 'p', source: '127.0.0.1' };

/** One chunk a turn of the loop, and then the end. */
function answer(socket: Socket, ending: Ending, sent: number): void {
  if (sent < chunks) {
    socket.write(`${sent === 0 ? head : ''}${http(chunkLine(sent, sent === 0 ? path : null, 128))}`);
    setImmediate(() => answer(socket, ending, sent + 1));
  } else if (ending === 'whole') socket.end(`${http(endLine(chunks))}0\r\n\r\n`);
  else if (ending === 'fin') socket.end();
  else socket.resetAndDestroy();
}

function listening(server: ReturnType<typeof createServer>): Promise<number | null> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(null));
    server.listen({ host: '127.0.0.1', port: 0, backlog: streams }, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : null);
    });
  });
}

const configAt = (port: number): Parameters<typeof recorder>[0] => ({
  role: 'recorder',
  load: 'warm-up',
  trial: 0,
  target: { host: '127.0.0.1', port, tls: false, hostname: 'app', path: '/', headers: {}, insecure: false },
  localAddresses: [],
  concurrency: streams,
  app: { durationMs: 1000, intervalMs: 1000, chunkSize: 128, bodySize: 0 },
  rampMs: 0,
  stallMs: limitMs,
  connectTimeoutMs: limitMs,
  renew: false,
  expectStatus: 200,
  idPrefix: 'warm-up-',
});
