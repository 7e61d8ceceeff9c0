import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errnoOf } from '../../../src/base/errors.ts';
import { endedByReset, onFin } from '../../../src/base/fin.ts';

// A peer in a process of its own ends each connection while this process is busy, so that all of it is there at once.
const peerProgram = `
  const [, how, text] = process.argv;
  const server = require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}).resume();
    if (how.startsWith('unread')) socket.pause();
    if (text !== '') socket.write(text);
    setTimeout(() => (how.endsWith('rst') ? socket.resetAndDestroy() : socket.end()), 30);
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

type How = 'fin' | 'rst' | 'unread-fin' | 'unread-rst';
/** A write that meets a reset connection says either. */
const resetCodes = new Set(['ECONNRESET', 'EPIPE']);

async function withPeer(how: How, text: string, work: (port: number) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ['-e', peerProgram, how, text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [output] = await once(child.stdout, 'data');
    await work(Number(String(output)));
  } finally {
    child.kill('SIGKILL');
  }
}

/** Long enough for the peer to have ended; a slower one is seen as what it does later, which is no other. */
function holdUp(): void {
  const until = performance.now() + 300;
  while (performance.now() < until);
}

/** What `endedByReset` says at the 'end', or the error where one comes first. */
const verdict = (socket: Socket) =>
  new Promise<string>((resolve) => {
    socket.prependListener('end', () => resolve(endedByReset(socket) ? 'reset' : 'fin'));
    socket.on('error', (error) => resolve(errnoOf(error) === 'ECONNRESET' ? 'reset' : String(error)));
    socket.resume();
  });

for (const [how, said] of [
  ['rst', 'reset'],
  ['fin', 'fin'],
] as const) {
  test(`bytes and then a ${how}: ${said}`, () =>
    withPeer(how, 'bytes', async (port) => {
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      socket.once('connect', holdUp);
      assert.is(await verdict(socket), said);
      socket.destroy();
    }));

  test(`a ${how} before the first message of a TLS handshake is written: ${said}`, () =>
    withPeer(how, '', async (port) => {
      const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
      socket.prependOnceListener('connect', holdUp);
      assert.is(await verdict(socket), said);
      socket.destroy();
    }));

  test(`onFin after bytes and a ${how}: ${said}`, () =>
    withPeer(how, 'bytes', async (port) => {
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      socket.once('connect', holdUp);
      const told = new Promise<string>((resolve) => {
        socket.on('end', () => onFin(socket, () => resolve('fin')));
        socket.on('error', (error) => resolve(errnoOf(error) === 'ECONNRESET' ? 'reset' : String(error)));
      });
      socket.resume();
      assert.is(await told, said);
      socket.destroy();
    }));
}

for (const [how, said] of [
  ['unread-rst', 'reset'],
  ['unread-fin', 'fin'],
] as const)
  test(`onFin with bytes waiting that the peer does not take, at a ${how}: ${said}`, () =>
    withPeer(how, 'bytes', async (port) => {
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      try {
        socket.once('connect', () => setImmediate(holdUp));
        const piece = Buffer.alloc(1 << 20);
        for (let index = 0; index < 32; index += 1) socket.write(piece);
        const told = new Promise<string>((resolve) => {
          socket.on('end', () => onFin(socket, () => resolve('fin')));
          socket.on('error', (error) =>
            resolve(resetCodes.has(errnoOf(error) ?? '') ? 'reset' : String(error)),
          );
          setTimeout(() => resolve('nothing'), 5000).unref();
        });
        socket.resume();
        assert.is(await told, said);
        if (how === 'unread-fin') assert.ok(socket.writableLength > 0, 'the peer took all');
      } finally {
        socket.destroy();
      }
    }));

test.run();
