import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { monotonic } from '../../src/base/clock.ts';
import { eachLine } from '../../src/base/lines.ts';
import { chunkLine, endLine } from '../../src/workload/protocol.ts';
import { chunkOf, somePath } from './chunked.ts';
import type { Outage } from './measured-outage.ts';

/*
 * A server of short answers that is away when it is told: for each line `{"ms": N}` on its stdin it stops listening for so
 * long, and says when that was, as the kernel saw it. While it is away new connections are refused.
 */
const order = z.object({ ms: z.number() });
const host = '127.0.0.1';
const answer = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunkOf(chunkLine(0, somePath, 128))}${chunkOf(endLine(1))}0\r\n\r\n`;

function listening(port: number): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer, 'latin1'));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => resolve(server));
  });
}

let server = await listening(0);
const bound = server.address();
const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);

async function beAway(ms: number): Promise<void> {
  server.close(); // the listening socket is closed at once, what is connected goes on
  const from = monotonic.now();
  await sleep(ms);
  server = await listening(port);
  say({ from, to: monotonic.now() } satisfies Outage);
}

eachLine(process.stdin, (line) => void beAway(order.parse(JSON.parse(line)).ms));
process.stdin.on('end', () => process.exit(0));
say({ port });
