import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import { endedByReset } from '../../../src/base/fin.ts';
import { type RelayEnd, relay } from '../../../src/edge/relay.ts';

// A busy edge finds the last bytes and a reset at the same time: it must not make a FIN of that.

/** `node HOW`: listens, answers and ends 150 ms after the first bytes. `client HOW PORT`: asks and ends after 150 ms. */
const peerProgram = `
  const [, side, how, port] = process.argv;
  const net = require('node:net');
  const later = (socket) => setTimeout(() => {
    socket.write('bytes');
    setTimeout(() => (how === 'rst' ? socket.resetAndDestroy() : socket.end()), 50);
  }, 150);
  if (side === 'client') {
    const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true }, () => later(socket));
    socket.on('error', () => {}).resume().write('ask');
  } else {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {}).once('data', () => later(socket));
    });
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  }
`;

function holdUp(): void {
  const until = performance.now() + 500;
  while (performance.now() < until);
}

/** What leaves towards a side: its bytes and how they end. */
function seenBy(socket: Socket): Promise<string> {
  let bytes = '';
  socket.on('data', (more) => {
    bytes += more.toString('latin1');
  });
  return new Promise((resolve) => {
    socket.on('end', () => resolve(`${bytes} ${endedByReset(socket) ? 'RST' : 'FIN'}`));
    socket.on('error', () => resolve(`${bytes} RST`));
  });
}

/** An edge in this process, for one connection. */
async function edge(upstreamPort: number) {
  let closed: (end: RelayEnd) => void = () => {};
  const end = new Promise<RelayEnd>((resolve) => {
    closed = resolve;
  });
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
    // As the edge does for its log.
    assert.ok(client.remoteAddress !== undefined);
    relay({
      client,
      upstream: { host: '127.0.0.1', port: upstreamPort, localAddress: null, hello: null },
      mode: 'passthrough',
      connectTimeoutMs: 0,
      openedAt: monotonic.now(),
      now: monotonic.now,
      onClosed: closed,
      onSettled() {},
    });
    client.resume();
  });
  const port = await listening(server);
  return { port, end, stop: () => server.close() };
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  assert.ok(typeof bound === 'object' && bound !== null);
  return bound.port;
}

const peer = (...args: string[]) =>
  spawn(process.execPath, ['-e', peerProgram, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });

async function fromNode(how: 'rst' | 'fin') {
  const child = peer('node', how);
  const [output] = await once(child.stdout, 'data');
  const { port, end, stop } = await edge(Number(String(output)));
  const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  try {
    client.write('ask');
    const seen = seenBy(client);
    await once(client, 'connect');
    await monotonic.sleep(80); // by now the node is asked, and has not answered
    holdUp();
    const left = await seen;
    client.end();
    const { upstreamEnd, clientEnd, bytesDown } = await Promise.race([end, never('closing')]);
    return { left, upstreamEnd, clientEnd, bytesDown };
  } finally {
    client.destroy();
    child.kill('SIGKILL');
    stop();
  }
}

async function fromClient(how: 'rst' | 'fin') {
  let seen: Promise<string> = never('connection');
  let asked = () => {};
  const begun = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let atNode: Socket | undefined;
  const node = createServer({ allowHalfOpen: true }, (socket) => {
    atNode = socket;
    seen = seenBy(socket);
    socket.once('data', asked);
  });
  const { port, end, stop } = await edge(await listening(node));
  const child = peer('client', how, String(port));
  try {
    await begun;
    holdUp();
    const left = await seen;
    atNode?.end();
    const { clientEnd, upstreamEnd, bytesUp } = await Promise.race([end, never('closing')]);
    return { left, clientEnd, upstreamEnd, bytesUp };
  } finally {
    atNode?.destroy();
    child.kill('SIGKILL');
    stop();
    node.close();
  }
}

/** Rejects after 10 s. */
function never(what: string): Promise<never> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`no ${what} within 10 s`)), 10_000).unref();
  });
  late.catch(() => {});
  return late;
}

const test = suite('a late reset is passed on as such');

test('RST from the node, seen late, leaves as RST after the bytes before it', async () => {
  assert.equal(await fromNode('rst'), {
    left: 'bytes RST',
    upstreamEnd: 'rst',
    clientEnd: 'open',
    bytesDown: 5,
  });
});

test('FIN from the node, seen late, leaves as FIN', async () => {
  const { left, upstreamEnd } = await fromNode('fin');
  assert.equal([left, upstreamEnd], ['bytes FIN', 'fin']);
});

test('RST from the client, seen late, leaves as RST after the bytes before it', async () => {
  assert.equal(await fromClient('rst'), {
    left: 'askbytes RST',
    clientEnd: 'rst',
    upstreamEnd: 'open',
    bytesUp: 8,
  });
});

test('FIN from the client, seen late, leaves as FIN', async () => {
  const { left, clientEnd } = await fromClient('fin');
  assert.equal([left, clientEnd], ['askbytes FIN', 'fin']);
});

test('FIN from a node that does not read leaves at once', async () => {
  const sockets: Socket[] = [];
  const node = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    setTimeout(() => socket.end('done'), 200);
  });
  const { port, stop } = await edge(await listening(node));
  const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  try {
    const seen = seenBy(client);
    const piece = Buffer.alloc(1 << 20);
    for (let index = 0; index < 64; index += 1) client.write(piece);
    assert.is(await Promise.race([seen, never('end')]), 'done FIN');
    assert.ok(client.writableLength > 0, 'the edge took all that the node does not read');
  } finally {
    client.destroy();
    for (const socket of sockets) socket.destroy();
    stop();
    node.close();
  }
});

test.run();
