import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shortPath, streamPath } from '../../../../src/workload/protocol.ts';
import { skipped } from '../../../support/skip.ts';
import { ask, rawServer, startApp, startIngress, until } from '../../../support/workload.ts';

const stream = (id: string, durationMs: number, intervalMs: number, chunkSize = 64) =>
  streamPath({ id, durationMs, intervalMs, chunkSize });

/** App and ingress in front of it, for the time of `work`. */
async function carried(
  config: Parameters<typeof startIngress>[0],
  work: (ingress: Awaited<ReturnType<typeof startIngress>>) => Promise<void>,
): Promise<void> {
  const app = await startApp();
  const ingress = await startIngress({ upstream: [{ host: app.host, port: app.port }], ...config });
  try {
    await work(ingress);
  } finally {
    await ingress.close();
    await app.close();
  }
}

test('the first chunk names the node and the pod of both, and the address that the ingress saw', () =>
  carried({}, async ({ port, events }) => {
    const seen = await ask({ port, path: shortPath('a b'), localAddress: '127.0.0.5' });
    assert.equal(seen.reader.path, {
      endpointNode: 'node-a',
      endpointPod: 'app-1',
      ingressNode: 'node-i',
      ingressPod: 'ingress-1',
      source: '127.0.0.5',
    });
    assert.ok(seen.reader.complete && seen.whole);
    await until(() => events.length === 1);
    const { t, durationMs, ...rest } = events[0] ?? { t: 0, durationMs: -1 };
    assert.equal(rest, {
      type: 'ingress',
      pod: 'ingress-1',
      node: 'node-i',
      id: 'a b',
      source: '127.0.0.5',
      status: 200,
    });
    assert.ok(t > 0 && (durationMs ?? -1) >= 0);
  }));

test('chunks are passed on as they come, with the head at once', () =>
  carried({}, async ({ port }) => {
    const began = performance.now();
    const arrivals: number[] = [];
    const seen = await ask({
      port,
      path: stream('s', 500, 100),
      onData: () => arrivals.push(performance.now() - began),
    });
    assert.is(seen.reader.chunks, 5);
    assert.ok(seen.reader.complete && seen.whole);
    assert.ok((arrivals[0] ?? 500) < 250, `first bytes after ${arrivals[0]} ms`);
    assert.ok(arrivals.length >= 5, `${arrivals.length} arrivals`);
  }));

test('a slow client holds its stream up without losing a chunk', () =>
  carried({}, async ({ port }) => {
    let paused = false;
    const seen = await ask({
      port,
      path: stream('slow', 400, 10, 800_000),
      onData(_text, socket) {
        if (paused) return;
        paused = true;
        socket.pause();
        setTimeout(() => socket.resume(), 900);
      },
    });
    assert.is(seen.reader.chunks, 40);
    assert.ok(seen.reader.complete && seen.whole);
  }));

test('bodies go up, too', () =>
  carried({}, async ({ port }) => {
    const seen = await ask({ port, path: stream('p', 50, 25), method: 'POST', body: '.'.repeat(300_000) });
    assert.ok(seen.reader.complete && seen.whole);
  }));

test('other hosts get 404, whatever the port that they name', () =>
  carried({ hostname: 'Shop.example' }, async ({ port, events }) => {
    const answer = async (hostname: string) => (await ask({ port, path: shortPath('h'), hostname })).status;
    assert.is(await answer('other.example'), 404);
    assert.is(await answer('shop.example'), 200);
    assert.is(await answer('SHOP.example:8000'), 200);
    await until(() => events.length === 3);
    assert.equal(
      events.map((event) => event.status),
      [404, 200, 200],
    );
  }));

test("the allow list checks the peer's address, not the one that it claims", () =>
  carried({ allowList: ['127.0.0.6/32'], trustedIPs: ['127.0.0.0/8'] }, async ({ port, events }) => {
    const path = shortPath('x');
    const headers = ['X-Forwarded-For: 127.0.0.6'];
    const refused = await ask({ port, path, localAddress: '127.0.0.7', headers });
    assert.is(refused.status, 403);
    assert.is(refused.body, 'Forbidden');
    assert.is((await ask({ port, path, localAddress: '127.0.0.6' })).status, 200);
    await until(() => events.length === 2);
    assert.equal(
      events.map(({ source, status }) => `${source} ${status}`),
      ['127.0.0.7 403', '127.0.0.6 200'],
    );
  }));

test('an IPv4 client of a dual-stack listener is known by its IPv4 address', async () => {
  const app = await startApp();
  const upstream = [{ host: app.host, port: app.port }];
  const ingress = await startIngress({ host: '::', upstream, allowList: ['127.0.0.0/30'] }).catch(() => null);
  if (ingress === null) skipped('ipv6', 'a dual-stack ingress', 'no listener on ::');
  else {
    const { port } = ingress;
    const path = shortPath('m');
    const inside = await ask({ port, path, localAddress: '127.0.0.3' });
    assert.is(inside.reader.path?.source, '127.0.0.3');
    assert.is((await ask({ port, path, localAddress: '127.0.0.4' })).status, 403);
    assert.is((await ask({ port, path, host: '::1' })).status, 403);
    await ingress.close();
  }
  await app.close();
});

test('X-Forwarded-For is kept from trusted peers only; Connection cannot take our headers away', async () => {
  const heads: string[] = [];
  const upstream = await rawServer((socket) =>
    socket.on('data', (data) => {
      heads.push(data.toString('latin1'));
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
    }),
  );
  const ingress = await startIngress({ upstream: [upstream.endpoint], trustedIPs: ['127.0.0.8/32'] });
  const { port } = ingress;
  const headers = [
    'X-Forwarded-For: 203.0.113.9',
    'X_Forwarded_Proto: https',
    'X-Other: kept',
    'TE: trailers',
  ];
  const connection = ['Connection: x-gone, x-real-ip', 'X-Gone: 1'];
  await ask({ port, path: '/a', localAddress: '127.0.0.9', headers: [...headers, ...connection] });
  await ask({ port, path: '/b', localAddress: '127.0.0.8', headers, hostname: 'app.midflight.test:81' });
  await ingress.close();
  await upstream.close();
  const values = (head: string | undefined, name: string) =>
    (head ?? '')
      .split('\r\n')
      .filter((line) => line.toLowerCase().startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim());
  const [untrusted, trusted] = heads;
  assert.equal(values(untrusted, 'x-forwarded-for'), ['127.0.0.9']);
  assert.equal(values(untrusted, 'x-real-ip'), ['127.0.0.9']);
  assert.equal(values(untrusted, 'x_forwarded_proto'), []);
  assert.equal(values(untrusted, 'x-forwarded-proto'), ['http']);
  assert.equal(values(untrusted, 'x-forwarded-host'), ['app.midflight.test']);
  assert.equal(values(untrusted, 'x-forwarded-port'), ['80']);
  assert.equal(values(untrusted, 'x-forwarded-server'), ['ingress-1']);
  assert.equal(values(untrusted, 'x-midflight-ingress-node'), ['node-i']);
  assert.equal(values(untrusted, 'host'), ['app.midflight.test']);
  assert.equal(values(untrusted, 'x-other'), ['kept']);
  assert.equal(values(untrusted, 'te'), []);
  assert.equal(values(untrusted, 'x-gone'), []);
  assert.equal(values(trusted, 'x-forwarded-for'), ['203.0.113.9, 127.0.0.8']);
  assert.equal(values(trusted, 'x-forwarded-port'), ['81']);
});

test('endpoints are taken in turn, and replaced on the way', async () => {
  const first = await startApp({ pod: 'one' });
  const second = await startApp({ pod: 'two' });
  const of = ({ host, port }: { host: string; port: number }) => ({ host, port });
  const ingress = await startIngress({ upstream: [of(first), of(second)] });
  const pod = async () =>
    (await ask({ port: ingress.port, path: shortPath('r') })).reader.path?.endpointPod ?? null;
  assert.equal([await pod(), await pod(), await pod(), await pod()], ['one', 'two', 'one', 'two']);
  ingress.setUpstream([of(second)]);
  assert.equal([await pod(), await pod()], ['two', 'two']);
  ingress.setUpstream([]);
  const none = await ask({ port: ingress.port, path: shortPath('r') });
  assert.is(none.status, 503);
  assert.is(none.body, 'no available server\n');
  await ingress.close();
  await first.close();
  await second.close();
});

test('the upstream is reached from the given address', async () => {
  const peers: (string | undefined)[] = [];
  const upstream = await rawServer((socket) => {
    peers.push(socket.remoteAddress);
    socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
  });
  const ingress = await startIngress({ upstream: [upstream.endpoint], bindAddress: '127.0.0.11' });
  assert.is((await ask({ port: ingress.port, path: '/' })).status, 204);
  assert.equal(peers, ['127.0.0.11']);
  await ingress.close();
  await upstream.close();
});

test('connections without a request are no events and no errors', () =>
  carried({}, async ({ port, events }) => {
    for (const how of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const socket = connect(port, '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      socket[how]();
      await new Promise((resolve) => socket.once('close', resolve));
    }
    assert.is((await ask({ port, path: shortPath('1') })).status, 200);
    await until(() => events.length > 0);
    assert.is(events.length, 1);
  }));

test('a client that goes away takes its upstream request with it', async () => {
  let gone = false;
  const upstream = await rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
    socket.once('close', () => {
      gone = true;
    });
  });
  const ingress = await startIngress({ upstream: [upstream.endpoint] });
  await ask({ port: ingress.port, path: '/', onData: (_text, socket) => socket.destroy() });
  await until(() => gone && ingress.events.length === 1);
  assert.ok(gone);
  assert.equal(
    ingress.events.map((event) => event.status),
    [200],
  );
  await ingress.close();
  await upstream.close();
});

test('a client that gives up before its answer is logged as 499', async () => {
  let asked = false;
  const upstream = await rawServer(() => {
    asked = true;
  });
  const ingress = await startIngress({ upstream: [upstream.endpoint] });
  const socket = connect(ingress.port, '127.0.0.1');
  socket.write('GET /x?id=7 HTTP/1.1\r\nHost: app.midflight.test\r\n\r\n');
  await until(() => asked);
  socket.destroy();
  await until(() => ingress.events.length === 1);
  assert.equal(
    ingress.events.map(({ id, status }) => `${id} ${status}`),
    ['7 499'],
  );
  await ingress.close();
  await upstream.close();
});

test('500 streams at once, none with a gap', () =>
  carried({}, async ({ port, events }) => {
    const seen = await Promise.all(
      Array.from({ length: 500 }, (_, index) => ask({ port, path: stream(`s${index}`, 1000, 100, 300) })),
    );
    const bad = seen.filter(({ reader, whole }) => !(reader.complete && reader.chunks === 10 && whole));
    assert.is(bad.length, 0);
    await until(() => events.length === 500);
    assert.is(new Set(events.map((event) => event.id)).size, 500);
  }));

test.run();
