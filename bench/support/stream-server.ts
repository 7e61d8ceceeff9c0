import { createServer, type Socket } from 'node:net';
import { chunkLine, endLine } from '../../src/workload/protocol.ts';

// The leanest server of slow streams, so that a client is measured and not its server: one timer for all streams.
interface Stream {
  readonly socket: Socket;
  dueAt: number;
  sent: number;
}

const [chunks = 10, intervalMs = 1000, slotMs = 10] = process.argv.slice(2).map(Number);
const http = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n';
const path = {
  endpointNode: 'n0',
  endpointPod: 'a0',
  ingressNode: 'n1',
  ingressPod: 'i0',
  source: '127.0.0.1',
};
const texts = Array.from({ length: chunks }, (_, index) =>
  http(chunkLine(index, index === 0 ? path : null, 128)),
);
const last = `${http(endLine(chunks))}0\r\n\r\n`;
// Streams by the slot of time in which their next chunk is due.
const slots = new Map<number, Stream[]>();
let slot = Math.floor(performance.now() / slotMs);

const enqueue = (stream: Stream) => {
  const own = Math.max(slot + 1, Math.floor(stream.dueAt / slotMs));
  const present = slots.get(own);
  if (present === undefined) slots.set(own, [stream]);
  else present.push(stream);
};
const serve = (stream: Stream) => {
  if (stream.socket.destroyed) return;
  if (stream.sent === chunks) {
    stream.socket.end(last, 'latin1');
    return;
  }
  stream.socket.write((stream.sent === 0 ? head : '') + texts[stream.sent], 'latin1');
  stream.sent += 1;
  stream.dueAt += intervalMs;
  enqueue(stream);
};
setInterval(() => {
  const now = Math.floor(performance.now() / slotMs);
  for (; slot < now; slot++) {
    for (const stream of slots.get(slot + 1) ?? []) serve(stream);
    slots.delete(slot + 1);
  }
}, slotMs / 2);

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => serve({ socket, dueAt: performance.now(), sent: 0 }));
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 8192 }, () => {
  const bound = server.address();
  if (typeof bound === 'object' && bound !== null) process.stdout.write(`${bound.port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
