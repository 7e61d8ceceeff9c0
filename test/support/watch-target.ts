import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { type Report, report as reportSchema } from '../../src/analysis/schema.ts';
import { selfSigned } from '../../src/base/certificate.ts';
import { runCli, sandbox } from './cli.ts';

/** /break resets every connection, and refuses all for this long. */
export const brokenMs = 1500;
export const short = ['--duration', '3s', '--stability', '1s', '--stall', '3s'];

/** A server for `midflight watch`: under /slow streams of 12 chunks of 100 ms; and the command that watches it. */
export async function watchTarget() {
  const box = sandbox();
  let brokenUntil = 0;
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests += 1;
    if (request.url === '/break') {
      response.end('', () => {
        brokenUntil = performance.now() + brokenMs;
        for (const socket of sockets) socket.resetAndDestroy();
      });
      return;
    }
    if (request.url === '/silent') return;
    if (request.url === '/down') return void response.writeHead(503).end();
    if (request.url !== '/slow') return void response.end('ok');
    let chunk = 0;
    const timer = setInterval(() => {
      chunk += 1;
      response.write(`${chunk}\n`);
      if (chunk === 12) response.end();
    }, 100);
    response.on('close', () => clearInterval(timer));
  });
  server.on('connection', (socket: Socket) => {
    if (performance.now() < brokenUntil) return void socket.resetAndDestroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const secure = createSecureServer(selfSigned('localhost'), (_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let turn = 0;
  return {
    box,
    origin,
    secureOrigin: `https://127.0.0.1:${(secure.address() as AddressInfo).port}`,
    /** The command that breaks it. */
    breakIt: ['--', process.execPath, '-e', `fetch('${origin}/break').catch(() => {})`],
    requests: () => requests,
    /** One watch to its end, with its report if there is one. */
    async watch(path: string, ...args: string[]) {
      turn += 1;
      const out = join(box.folder, `out-${turn}`);
      const ended = await runCli(['watch', `${origin}${path}`, '--out', out, ...args], box);
      const file = join(out, 'report.json');
      const report: Report | null = existsSync(file)
        ? reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
        : null;
      return { ...ended, out, report };
    },
    close() {
      secure.closeAllConnections();
      secure.close();
      server.closeAllConnections();
      server.close();
      box.remove();
    },
  };
}
