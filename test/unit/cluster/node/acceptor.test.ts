import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../../src/base/clock.ts';
import { roleBundle } from '../../../../src/base/package.ts';
import { startAcceptor } from '../../../../src/cluster/node/proxy/acceptor.ts';
import { eventually, freePort, knock, ownAddress, settled } from '../../../support/node-port.ts';
import '../../../support/bundles.ts';

const host = ownAddress();
const fillerAddress = host.replace(/\.2$/, '.9');

/** An acceptor whose connections are answered with the process that does it. */
async function withAcceptor(
  work: (
    acceptor: ReturnType<typeof startAcceptor>,
    seen: { sockets: Socket[]; exits: string[] },
  ) => Promise<void>,
  bundle = roleBundle('acceptor'),
) {
  const seen = { sockets: [] as Socket[], exits: [] as string[] };
  const acceptor = startAcceptor({
    bundle,
    token: 'midflight-test',
    fillerAddress,
    onSocket(socket) {
      seen.sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', () => socket.write(`from ${process.pid}`));
      socket.resume();
    },
    onExit: (reason) => seen.exits.push(reason),
  });
  try {
    await settled(work(acceptor, seen));
  } finally {
    for (const socket of seen.sockets) socket.destroy();
    acceptor.end();
  }
}

test('it listens in a process of its own, and its connections are served in this one', () =>
  withAcceptor(async (acceptor, { sockets }) => {
    const port = await freePort(host);
    assert.is(await knock({ host, port }), 'refused');
    await acceptor.listen(host, port, 16);
    assert.is.not(acceptor.pid, process.pid);
    assert.is(await knock({ host, port, localAddress: host }), `from ${process.pid}`);
    assert.is(sockets.length, 1);
  }));

test('a socket that was handed on may be half closed, by either side', () =>
  withAcceptor(async (acceptor, { sockets }) => {
    const port = await freePort(host);
    await acceptor.listen(host, port, 16);
    const client = connect({ host, port, allowHalfOpen: true });
    let got = '';
    client.on('data', (bytes) => {
      got += bytes;
    });
    client.end('all of it');
    assert.ok(await eventually(() => sockets.length === 1));
    const [socket] = sockets;
    assert.ok(socket !== undefined);
    if (!socket.readableEnded) await once(socket, 'end');
    const ended = once(client, 'end');
    socket.end(', late words');
    await ended;
    assert.is(got, `from ${process.pid}, late words`);
    client.destroy();
  }));

test('connections that keep a backlog full are not handed on', () =>
  withAcceptor(async (acceptor, { sockets }) => {
    const port = await freePort(host);
    await acceptor.listen(host, port, 16);
    assert.is.not(await knock({ host, port, localAddress: fillerAddress }), `from ${process.pid}`);
    assert.is(await knock({ host, port, localAddress: host }), `from ${process.pid}`);
    assert.equal(
      sockets.map(({ remoteAddress }) => remoteAddress),
      [host],
    );
  }));

test('closed it refuses, streams flow on, and it can listen again', () =>
  withAcceptor(async (acceptor) => {
    const port = await freePort(host);
    await acceptor.listen(host, port, 16);
    const client = connect({ host, port });
    client.write('ask');
    await once(client, 'data');
    await acceptor.close();
    assert.is(await knock({ host, port }), 'refused');
    client.write('ask again');
    assert.is(String((await once(client, 'data'))[0]), `from ${process.pid}`);
    await acceptor.close(); // once more: nothing
    await acceptor.listen(host, port, 16);
    assert.is(await knock({ host, port }), `from ${process.pid}`);
    client.destroy();
  }));

test('stopped, it takes no new connection, while streams flow on; it serves what waited when it goes on', () =>
  withAcceptor(async (acceptor, { sockets }) => {
    const port = await freePort(host);
    await acceptor.listen(host, port, 16);
    const client = connect({ host, port });
    client.write('ask');
    await once(client, 'data');
    acceptor.signal('SIGSTOP');
    const late = connect({ host, port });
    await once(late, 'connect'); // the kernel's doing
    late.write('ask');
    client.write('ask again');
    assert.is(String((await once(client, 'data'))[0]), `from ${process.pid}`);
    assert.is(sockets.length, 1);
    const answer = once(late, 'data');
    acceptor.signal('SIGCONT');
    assert.is(String((await answer)[0]), `from ${process.pid}`);
    client.destroy();
    late.destroy();
  }));

test('a port that another holds is the reason why it cannot', () =>
  withAcceptor(async (acceptor, { exits }) => {
    const other = createServer().listen({ host, port: 0 });
    await once(other, 'listening');
    const bound = other.address();
    try {
      const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
      const reason = await acceptor.listen(host, port, 16).then(
        () => 'it listens',
        (error: unknown) => String(error),
      );
      assert.match(reason, /EADDRINUSE/);
      assert.equal(exits, []);
    } finally {
      other.close();
    }
  }));

test('an end that nobody asked for is told, with its cause', () =>
  withAcceptor(async (acceptor, { exits }) => {
    await acceptor.listen(host, await freePort(host), 16);
    process.kill(acceptor.pid, 'SIGKILL');
    assert.ok(await eventually(() => exits.length > 0));
    assert.equal(exits, ['ended unexpectedly (SIGKILL)']);
  }));

test('who waits for one that ends is told so', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'midflight-test-'));
  try {
    const bundle = join(dir, 'ends.mjs');
    await writeFile(bundle, 'process.exit(3)');
    await withAcceptor(async (acceptor, { exits }) => {
      const reason = await acceptor.listen(host, await freePort(host), 16).then(
        () => 'it listens',
        (error: unknown) => String(error),
      );
      assert.match(reason, /it ended|closed|EPIPE/); // also where it was gone before it was asked
      assert.ok(await eventually(() => exits.length > 0));
      assert.equal(exits, ['ended unexpectedly (3)']);
    }, bundle);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('an end that was asked for is not told', () =>
  withAcceptor(async (acceptor, { exits }) => {
    const port = await freePort(host);
    await acceptor.listen(host, port, 16);
    acceptor.end();
    assert.ok(await eventually(() => !isThere(acceptor.pid)), 'it ends');
    await monotonic.sleep(50); // gone here is told a moment later
    assert.is(await knock({ host, port }), 'refused');
    assert.equal(exits, []);
  }));

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test.run();
