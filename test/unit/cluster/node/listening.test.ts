import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../../src/base/clock.ts';
import { roleBundle } from '../../../../src/base/package.ts';
import { fillBacklog } from '../../../../src/cluster/backlog.ts';
import { type Holder, socketHolder } from '../../../../src/cluster/node/proxy/holder.ts';
import {
  type Listening,
  parkedBacklog,
  startListening,
} from '../../../../src/cluster/node/proxy/listening.ts';
import { eventually, freePort, knock, ownAddress, settled } from '../../../support/node-port.ts';
import '../../../support/bundles.ts';

const host = ownAddress();
const fillerAddress = host.replace(/\.2$/, '.9');

interface Bench {
  readonly holder: Holder;
  readonly sockets: Socket[];
  readonly exits: string[];
  listen(port: number, name?: string): Promise<Listening>;
}

/** A holder, and listening sockets whose connections are answered with a name of theirs. */
async function withHolder(work: (bench: Bench) => Promise<void>, bundle = roleBundle('holder')) {
  const sockets: Socket[] = [];
  const exits: string[] = [];
  const made: Listening[] = [];
  const holder = socketHolder({ bundle, token: 'midflight-test', onExit: (reason) => exits.push(reason) });
  const listen = async (port: number, name = 'a') => {
    const listening = await startListening({
      ...{ host, port, backlog: 16, fillerAddress, holder },
      onConnection(socket) {
        sockets.push(socket);
        socket.on('error', () => {});
        socket.on('data', () => socket.write(`from ${name}`));
        socket.resume();
      },
    });
    made.push(listening);
    return listening;
  };
  try {
    await settled(work({ holder, sockets, exits, listen }));
  } finally {
    for (const socket of sockets) socket.destroy();
    for (const one of made) await one.close().catch(() => {});
    holder.end();
  }
}

if (process.platform === 'linux')
  test('a parked socket is filled with a few connections, and takes as many as before once it accepts again', () =>
    withHolder(async ({ listen }) => {
      const port = await freePort(host);
      const listening = await listen(port);
      for (const _ of [1, 2]) {
        listening.park();
        const filling = await fillBacklog({ host, port }, fillerAddress, 4);
        assert.ok(filling.held <= parkedBacklog + 1, `${filling.held} held`);
        assert.is(await knock({ host, port, localAddress: host }), 'silent');
        filling.release();
        await listening.unpark();
        const many = Array.from({ length: 12 }, () => knock({ host, port, localAddress: host }));
        assert.equal([...new Set(await Promise.all(many))], ['from a']);
      }
    }));

test('no process before the first socket; then connections are served in this one', () =>
  withHolder(async ({ holder, sockets, listen }) => {
    const port = await freePort(host);
    assert.is(holder.pid, null);
    assert.is(await knock({ host, port }), 'refused');
    await listen(port);
    assert.ok(holder.pid !== null && holder.pid !== process.pid);
    assert.is(await knock({ host, port, localAddress: host }), 'from a');
    assert.is(sockets.length, 1);
  }));

test('an accepted socket may be half closed, by either side', () =>
  withHolder(async ({ sockets, listen }) => {
    const port = await freePort(host);
    await listen(port);
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
    assert.is(got, 'from a, late words');
    client.destroy();
  }));

test('connections that keep a backlog full are given to nobody', () =>
  withHolder(async ({ sockets, listen }) => {
    const port = await freePort(host);
    await listen(port);
    assert.is.not(await knock({ host, port, localAddress: fillerAddress }), 'from a');
    assert.is(await knock({ host, port, localAddress: host }), 'from a');
    assert.equal(
      sockets.map(({ remoteAddress }) => remoteAddress),
      [host],
    );
  }));

test('closed it refuses, streams flow on, and its port can be listened at again', () =>
  withHolder(async ({ listen }) => {
    const port = await freePort(host);
    const listening = await listen(port);
    const client = connect({ host, port });
    client.write('ask');
    await once(client, 'data');
    await listening.close();
    assert.is(await knock({ host, port }), 'refused');
    client.write('ask again');
    assert.is(String((await once(client, 'data'))[0]), 'from a');
    await listening.close(); // once more: nothing
    await listen(port, 'b');
    assert.is(await knock({ host, port }), 'from b');
    client.destroy();
  }));

test('parked, it takes no new connection, while streams and other ports go on; it serves what waited afterwards', () =>
  withHolder(async ({ sockets, listen }) => {
    const [port, other] = [await freePort(host), await freePort(host)];
    const listening = await listen(port);
    await listen(other, 'b');
    const client = connect({ host, port });
    client.write('ask');
    await once(client, 'data');
    listening.park();
    const late = connect({ host, port });
    await once(late, 'connect'); // the kernel's doing
    late.write('ask');
    client.write('ask again');
    assert.is(String((await once(client, 'data'))[0]), 'from a');
    assert.is(await knock({ host, port: other }), 'from b', 'of the same process');
    assert.is(sockets.length, 2);
    const answer = once(late, 'data');
    await listening.unpark();
    assert.is(String((await answer)[0]), 'from a');
    assert.is(await knock({ host, port }), 'from a');
    client.destroy();
    late.destroy();
  }));

test('parked and closed, it refuses', () =>
  withHolder(async ({ listen }) => {
    const port = await freePort(host);
    const listening = await listen(port);
    listening.park();
    await listening.close();
    assert.is(await knock({ host, port }), 'refused');
  }));

test('a port that another has is the reason why it cannot', () =>
  withHolder(async ({ exits, listen }) => {
    const other = createServer().listen({ host, port: 0 });
    await once(other, 'listening');
    const bound = other.address();
    try {
      const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
      const reason = await listen(port).then(
        () => 'it listens',
        (error: unknown) => String(error),
      );
      assert.match(reason, /EADDRINUSE/);
      assert.equal(exits, []);
    } finally {
      other.close();
    }
  }));

test('an end that nobody asked for is reported, with its cause', () =>
  withHolder(async ({ holder, exits, listen }) => {
    await listen(await freePort(host));
    process.kill(holder.pid ?? 0, 'SIGKILL');
    assert.ok(await eventually(() => exits.length > 0));
    assert.equal(exits, ['ended unexpectedly (SIGKILL)']);
  }));

test('who waits for one that ends is notified, and the port is free again', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'midflight-test-'));
  try {
    const bundle = join(dir, 'ends.mjs');
    await writeFile(bundle, 'process.exit(3)');
    await withHolder(async ({ exits, listen }) => {
      const port = await freePort(host);
      const reason = await listen(port).then(
        () => 'it listens',
        (error: unknown) => String(error),
      );
      assert.match(reason, /ended unexpectedly \(3\)|closed|EPIPE/); // also where it was gone before it was asked
      assert.ok(await eventually(() => exits.length > 0));
      assert.equal(exits, ['ended unexpectedly (3)']);
      assert.is(await knock({ host, port }), 'refused');
    }, bundle);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('an end that was asked for is not reported', () =>
  withHolder(async ({ holder, exits, listen }) => {
    const port = await freePort(host);
    const listening = await listen(port);
    const pid = holder.pid ?? 0;
    listening.park();
    holder.end();
    assert.ok(await eventually(() => !isThere(pid)), 'it ends');
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
