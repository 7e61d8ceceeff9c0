import { once } from 'node:events';
import { Agent } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ejected, setHealth } from '../../support/balancer.ts';
import { ended, get, httpTest, serveHttp } from '../../support/http-edge.ts';

const test = suite('a balancer that speaks HTTP');

test(
  'requests of several clients share a kept connection, and the log names it',
  httpTest(1, {}, async (rig) => {
    const connected = await serveHttp(rig, 'node-0', (_request, response) => response.end('here'));
    for (let nth = 0; nth < 3; nth += 1) {
      assert.equal(
        await get(rig, { path: `/?id=r-${nth}` }).then(({ status, body, end }) => [status, body, end]),
        [200, 'here', 'whole'],
      );
      await ended(rig, nth);
    }
    assert.is(connected.length, 1);
    const ends = await Promise.all([0, 1, 2].map((nth) => ended(rig, nth)));
    assert.equal(
      ends.map(({ id, node, status, own, ended: how, upstream }) => [
        id,
        node,
        status,
        own,
        how,
        upstream?.reused,
      ]),
      [0, 1, 2].map((nth) => [`r-${nth}`, 'node-0', 200, null, 'whole', nth > 0]),
    );
    assert.is(new Set(ends.map(({ upstream }) => upstream?.number)).size, 1);
    const opened = await rig.event('edge-open');
    assert.equal([opened.node, opened.http], [null, true]);
    const close = await rig.event('edge-close', ({ conn }) => conn === opened.conn);
    assert.ok(close.bytesDown > 0);
  }),
);

test(
  "a client's kept connection has its requests spread over the nodes",
  httpTest(3, {}, async (rig) => {
    for (const { name } of rig.nodes) await serveHttp(rig, name, (_request, response) => response.end(name));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const seen = new Set<string>();
    for (let nth = 0; nth < 30; nth += 1) seen.add((await get(rig, { agent })).body);
    agent.destroy();
    assert.equal([...seen].sort(), ['node-0', 'node-1', 'node-2']);
    assert.is(rig.events.filter(({ type }) => type === 'edge-open').length, 1);
  }),
);

test(
  'an unused connection to a node is closed after its time, and the next request opens another',
  httpTest(1, { poolIdleMs: 100 }, async (rig) => {
    const connected = await serveHttp(rig, 'node-0', (_request, response) => response.end('x'));
    await get(rig);
    const [first] = connected;
    if (first !== undefined && !first.destroyed) await once(first, 'close');
    await get(rig);
    assert.is(connected.length, 2);
    assert.is((await ended(rig, 1)).upstream?.reused, false);
  }),
);

test(
  'a node that refuses: 502 of its own, and the log says why',
  httpTest(1, {}, async (rig) => {
    const { status, headers } = await get(rig, { path: '/?id=lost' });
    assert.is(status, 502);
    assert.ok(headers['content-length']);
    const { node, own, upstream, ended: how, id } = await ended(rig);
    assert.equal([id, node, own, upstream, how], ['lost', 'node-0', 'refused', null, 'own']);
  }),
);

test(
  'a request that could not be sent goes to another node, as often as it may',
  httpTest(3, { retries: 2 }, async (rig) => {
    await serveHttp(rig, 'node-1', (_request, response) => response.end('node-1'));
    for (let nth = 0; nth < 10; nth += 1) {
      const { status, body } = await get(rig, { method: 'POST', body: 'kept until it can be sent' });
      assert.equal([status, body], [200, 'node-1']);
    }
    const tries = rig.events.flatMap((event) => (event.type === 'edge-request' ? [event] : []));
    assert.ok(tries.length > 10, 'some were tried elsewhere first');
    assert.is(new Set(tries.map((one) => `${one.request} ${one.node}`)).size, tries.length);
  }),
);

test(
  'no more retries than there may be',
  httpTest(3, { retries: 1 }, async (rig) => {
    assert.is((await get(rig)).status, 502);
    await ended(rig);
    assert.is(rig.events.filter(({ type }) => type === 'edge-request').length, 2);
  }),
);

test(
  'a request that was sent is never sent again: 502 if the node resets or closes before an answer',
  httpTest(2, { retries: 3 }, async (rig) => {
    let asked = 0;
    for (const { name } of rig.nodes)
      await serveHttp(rig, name, ({ socket }) => {
        asked += 1;
        if (name === 'node-0') socket.resetAndDestroy();
        else socket.end();
      });
    for (let nth = 0; nth < 6; nth += 1) {
      assert.is((await get(rig)).status, 502);
      assert.is((await ended(rig, nth)).own, 'closed');
    }
    assert.is(asked, 6);
  }),
);

test(
  'an answer that is no HTTP: 502',
  httpTest(1, {}, async (rig) => {
    await rig.serve('node-0', (socket) => socket.on('data', () => socket.write('no answer at all\r\n\r\n')));
    assert.is((await get(rig)).status, 502);
    assert.is((await ended(rig)).own, 'malformed');
  }),
);

test(
  'a node that does not answer in time: 504, and its connection is closed',
  httpTest(1, { idleTimeoutMs: 300 }, async (rig) => {
    const connected = await serveHttp(rig, 'node-0', () => {});
    assert.is((await get(rig)).status, 504);
    const { own, upstream } = await ended(rig);
    assert.equal([own, upstream?.reused], ['silent', false]);
    const [socket] = connected;
    if (socket !== undefined && !socket.destroyed) await once(socket, 'close');
  }),
);

test(
  'no node at all: 503',
  httpTest(
    1,
    {},
    async (rig) => {
      setHealth(rig, 'node-0', 'silent');
      await ejected(rig, 'node-0');
      assert.is((await get(rig)).status, 503);
      const { node, own } = await ended(rig);
      assert.equal([node, own], [null, 'no-target']);
    },
    { allUnhealthy: 'none' },
  ),
);

test(
  'what is under way at a node that becomes unhealthy goes on, and what is new goes elsewhere',
  httpTest(2, {}, async (rig) => {
    for (const { name } of rig.nodes)
      await serveHttp(rig, name, ({ url }, response) => {
        if (url !== '/slow') return void response.end(name);
        response.write(`${name} `);
        rig
          .event('health', ({ node, healthy }) => node === 'node-0' && !healthy)
          .then(
            () => setTimeout(() => response.end('whole'), 100),
            () => {},
          );
      });
    const slow = Array.from({ length: 8 }, () => get(rig, { path: '/slow' }));
    await rig.event('edge-request', ({ node }) => node === 'node-0');
    setHealth(rig, 'node-0', 503);
    await ejected(rig, 'node-0');
    for (let nth = 0; nth < 8; nth += 1) assert.is((await get(rig)).body, 'node-1');
    const bodies = (await Promise.all(slow)).map(({ body }) => body);
    assert.ok(bodies.includes('node-0 whole'));
  }),
);

test(
  'a node that leaves the targets gets nothing new, and its unused connections are closed',
  httpTest(2, {}, async (rig) => {
    const sockets = await serveHttp(rig, 'node-0', (_request, response) => response.end('node-0'));
    await serveHttp(rig, 'node-1', (_request, response) => response.end('node-1'));
    while (sockets.length === 0) await get(rig);
    rig.putNode('node-0', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } });
    await rig.event('health', ({ node, eligible }) => node === 'node-0' && !eligible);
    for (const socket of sockets) if (!socket.destroyed) await once(socket, 'close');
    for (let nth = 0; nth < 8; nth += 1) assert.is((await get(rig)).body, 'node-1');
  }),
);

test.run();
