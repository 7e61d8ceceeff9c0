import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { helloOf, parseHello, readHello } from '../../../src/edge/hello.ts';
import { within } from '../../support/within.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test('a hello carries its draw, and what follows is put back', () => {
  for (const draw of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
    assert.equal(parseHello(Buffer.concat([helloOf(draw), bytes('GET /')])), { draw, rest: bytes('GET /') });
  }
});

test('an incomplete hello cannot be decided yet; anything else is not a hello', () => {
  const hello = helloOf(5);
  for (let length = 0; length < hello.length; length += 1)
    assert.is(parseHello(hello.subarray(0, length)), undefined);
  for (const text of ['GET / HTTP/1.1', '\x16\x03\x01', '\0midflight hellx'])
    assert.equal(parseHello(bytes(text)), { draw: null, rest: bytes(text) });
});

/** What a server reads of these pieces, each sent once the one before it is out: the draw, and the bytes left. */
async function read(
  pieces: readonly Buffer[],
  end = false,
  late?: Buffer,
): Promise<{ draw: number | null; left: string }> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen({
    host: '127.0.0.1',
    port: 0,
  });
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const client = connect({ host: '127.0.0.1', port, noDelay: true });
  try {
    const [socket] = (await once(server, 'connection')) as [Socket];
    const draw = new Promise<number | null>((resolve) => readHello(socket, resolve));
    for (const piece of pieces) {
      client.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (end) client.end();
    if (late !== undefined) setTimeout(() => client.write(late), 300);
    const got = await within('the draw', draw);
    const left = socket.readableLength > 0 || end ? (socket.read() as Buffer | null) : null;
    return { draw: got, left: left?.toString('latin1') ?? '' };
  } finally {
    client.destroy();
    server.close();
  }
}

test('it is read from a connection whole, in pieces, and with the request behind it', async () => {
  const hello = helloOf(99);
  assert.equal(await read([hello]), { draw: 99, left: '' });
  assert.equal(await read([hello.subarray(0, 3), hello.subarray(3, 18), hello.subarray(18)]), {
    draw: 99,
    left: '',
  });
  assert.equal(await read([Buffer.concat([hello, bytes('ask')])]), { draw: 99, left: 'ask' });
});

test('a hello that comes late is a hello', async () => {
  assert.equal(await read([], false, helloOf(3)), { draw: 3, left: '' });
});

test('a client that sends no hello is served with all its bytes, even if it closes without sending any', async () => {
  assert.equal(await read([bytes('GET /')]), { draw: null, left: 'GET /' });
  assert.equal(await read([], true), { draw: null, left: '' });
  assert.equal(await read([helloOf(1).subarray(0, 4)], true), { draw: null, left: '\0mid' });
});

test.run();
