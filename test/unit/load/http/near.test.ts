import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConnectionUser, dialer } from '../../../../src/load/http/connection.ts';
import { type Near, nearSides } from '../../../../src/load/http/near.ts';
import { targetAt } from '../../../support/load.ts';
import { freePort, ownAddress } from '../../../support/node-port.ts';
import { within } from '../../../support/within.ts';

const here = ownAddress();

test('addresses in turn, ports of the block in turn, and a pair comes round only after both', () => {
  const next = nearSides(['a', 'b'], { first: 10, count: 3 });
  const sides = Array.from({ length: 7 }, () => next()).map(({ address, port }) => `${address}${port}`);
  assert.equal(sides, ['a10', 'b11', 'a12', 'b10', 'a11', 'b12', 'a10']);
  assert.equal(nearSides([], null)(), { address: null, port: null });
});

async function serving(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const port = await freePort(here);
  const server = createServer(onSocket).listen({ host: here, port });
  await once(server, 'listening');
  return { server, port };
}

/** What became of one connection, and which side it had. */
async function dial(port: number, near: Near): Promise<{ what: string; local: string | null }> {
  const dialing = dialer(targetAt(here, port), 0);
  let settle = (_: string) => {};
  const what = new Promise<string>((resolve) => {
    settle = resolve;
  });
  const user: ConnectionUser = {
    connected: () => settle('connected'),
    bytes() {},
    fin: () => settle('fin'),
    failed: (errno) => settle(errno ?? 'failed'),
  };
  const connection = dialing(near, user);
  try {
    return { what: await within('the end of the connection', what), local: connection.local };
  } finally {
    connection.destroy();
  }
}

test('it comes from the port that was asked for', async () => {
  const from: (number | undefined)[] = [];
  const { server, port } = await serving((socket) => from.push(socket.remotePort));
  const wanted = await freePort(here);
  try {
    assert.equal(await dial(port, { address: here, port: wanted }), {
      what: 'connected',
      local: `${here}:${wanted}`,
    });
    assert.equal(from, [wanted]);
  } finally {
    server.close();
  }
});

test('a port that another holds: it comes from another, and is no failure', async () => {
  const from: (number | undefined)[] = [];
  const { server, port } = await serving((socket) => from.push(socket.remotePort));
  const other = await serving(() => {});
  try {
    const { what, local } = await dial(port, { address: here, port: other.port });
    assert.is(what, 'connected');
    assert.is.not(local, `${here}:${other.port}`);
    assert.is(local, `${here}:${from[0]}`);
  } finally {
    server.close();
    other.server.close();
  }
});

test('a connection that is refused has its port all the same', async () => {
  const nobody = await freePort(here);
  const wanted = await freePort(here);
  assert.equal(await dial(nobody, { address: here, port: wanted }), {
    what: 'ECONNREFUSED',
    local: `${here}:${wanted}`,
  });
  const { what, local } = await dial(nobody, { address: here, port: null });
  assert.is(what, 'ECONNREFUSED');
  assert.match(local ?? '', new RegExp(`^${here}:\\d+$`));
  assert.match((await dial(nobody, { address: null, port: null })).local ?? '', /^127\.\d+\.\d+\.\d+:\d+$/);
});

test('an address that this machine has not fails as such', async () => {
  assert.is((await dial(1, { address: '203.0.113.7', port: 12_345 })).what, 'EADDRNOTAVAIL');
});

test.run();
