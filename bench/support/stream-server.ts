import { createServer, type Socket } from 'node:net';
import { eachLine } from '../../src/base/lines.ts';
import { chunkLine, endLine } from '../../src/workload/protocol.ts';
import { chunkOf, somePath } from './chunked.ts';

/*
 * The leanest server of slow streams, so that a client is measured and not its server: one timer for all streams.
 * `stream-server.ts CHUNKS INTERVAL_MS HOST PORT`. Says its port, and at each line on its stdin what it has seen.
 * /short: one chunk and the end; /bulk: bytes for ever.
 */
interface Stream {
  readonly socket: Socket;
  dueAt: number;
  sent: number;
}

/** What the server knows of its streams, short and bulk answers apart. */
export interface Seen {
  readonly inFlight: number;
  /** Its end was written, and the client was there to the last. */
  readonly whole: number;
  /** The client left before. */
  readonly left: number;
}

const [chunkCount, interval, host = '127.0.0.1', port = '0'] = process.argv.slice(2);
const chunks = Number(chunkCount ?? 10);
const intervalMs = Number(interval ?? 1000);
const slotMs = 10;
const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n';
const texts = Array.from({ length: chunks }, (_, index) =>
  chunkOf(chunkLine(index, index === 0 ? somePath : null, 128)),
);
const last = `${chunkOf(endLine(chunks))}0\r\n\r\n`;
const short = `${head}${texts[0]}${chunkOf(endLine(1))}0\r\n\r\n`;
const bulk = Buffer.alloc(65_536, 'x');
// Streams by the slot of time in which their next chunk is due.
const slots = new Map<number, Stream[]>();
let slot = Math.floor(performance.now() / slotMs);
const seen = { inFlight: 0, whole: 0, left: 0 };

const enqueue = (stream: Stream) => {
  const own = Math.max(slot + 1, Math.floor(stream.dueAt / slotMs));
  const present = slots.get(own);
  if (present === undefined) slots.set(own, [stream]);
  else present.push(stream);
};
const serve = (stream: Stream) => {
  if (stream.socket.destroyed) {
    seen.inFlight -= 1;
    seen.left += 1;
    return;
  }
  if (stream.sent === chunks) {
    seen.inFlight -= 1;
    seen.whole += 1;
    stream.socket.end(last, 'latin1');
    return;
  }
  stream.socket.write((stream.sent === 0 ? head : '') + texts[stream.sent], 'latin1');
  stream.sent += 1;
  stream.dueAt += intervalMs;
  enqueue(stream);
};
const pump = (socket: Socket) => {
  while (!socket.destroyed && socket.write(bulk));
};
setInterval(() => {
  const now = Math.floor(performance.now() / slotMs);
  for (; slot < now; slot++) {
    for (const stream of slots.get(slot + 1) ?? []) serve(stream);
    slots.delete(slot + 1);
  }
}, slotMs / 2);

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (bytes) => {
    const request = bytes.toString('latin1', 0, 12);
    if (request.startsWith('GET /short')) return void socket.end(short, 'latin1');
    if (request.startsWith('GET /bulk')) {
      socket.on('drain', () => pump(socket));
      return pump(socket);
    }
    seen.inFlight += 1;
    serve({ socket, dueAt: performance.now(), sent: 0 });
  });
});
server.listen({ host, port: Number(port), backlog: 8192 }, () => {
  const bound = server.address();
  if (typeof bound === 'object' && bound !== null) process.stdout.write(`${bound.port}\n`);
});
eachLine(process.stdin, () => process.stdout.write(`${JSON.stringify(seen)}\n`));
process.stdin.on('end', () => process.exit(0));
