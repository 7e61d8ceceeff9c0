import { connect, createServer, type ServerHttp2Session } from 'node:http2';
import { connect as dial } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { IngressConfig } from '../../../../src/workload/ingress/config.ts';
import { shortPath, streamPath } from '../../../../src/workload/protocol.ts';
import { ask, rawServer, startApp, startIngress } from '../../../support/workload.ts';

/* HTTP/2 between ingress and app: one connection for all requests, and how long a dead one is believed in. */

type H2 = NonNullable<IngressConfig['h2c']>;
const h2c: H2 = { via: 'endpoints', pingAfterMs: 20_000, pings: false, givesUpMs: 40_000 };
const stream = (durationMs: number, intervalMs = 50) =>
  streamPath({ id: 'r', durationMs, intervalMs, chunkSize: 64 });

/** An app on both versions, as an endpoint. */
async function appOf(pod: string) {
  const app = await startApp({ pod, h2Port: 0 });
  return { app, endpoint: { host: app.host, port: app.port, h2Port: app.h2Port ?? 0 } };
}

/** Accepts, and never says a word. */
async function deadPeer() {
  let connections = 0;
  const server = await rawServer(() => {
    connections += 1;
  });
  return { server, endpoint: { host: '127.0.0.1', port: server.port }, connections: () => connections };
}

const podOf = async (port: number) => (await ask({ port, path: shortPath('x') })).reader.path?.endpointPod;

test('the app answers both versions alike', async () => {
  const { app, endpoint } = await appOf('app-1');
  const session = connect(`http://127.0.0.1:${endpoint.h2Port}`);
  const body = await new Promise<string>((resolve) => {
    let text = '';
    const request = session.request({ ':path': shortPath('x') });
    request.setEncoding('latin1').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => resolve(text));
  });
  session.close();
  const byOne = await ask({ port: app.port, path: shortPath('x') });
  assert.is(body.length, byOne.body.length);
  await app.close();
});

test('requests of many clients share one connection to a pod, and tell their path', async () => {
  const sessions: ServerHttp2Session[] = [];
  const server = createServer((_, response) => response.end('ok'));
  server.on('session', (session) => sessions.push(session));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const ingress = await startIngress({ upstream: [{ host: '127.0.0.1', port }], h2c });
  const seen = await Promise.all(Array.from({ length: 8 }, () => ask({ port: ingress.port, path: '/' })));
  assert.equal(new Set(seen.map(({ status, body }) => `${status} ${body}`)), new Set(['200 ok']));
  assert.is(sessions.length, 1);
  await ingress.close();
  server.close();

  const { app, endpoint } = await appOf('app-1');
  const other = await startIngress({ upstream: [endpoint], h2c });
  const { reader, whole } = await ask({ port: other.port, path: stream(300) });
  assert.ok(whole && reader.complete);
  assert.equal(reader.path, {
    endpointNode: 'node-a',
    endpointPod: 'app-1',
    ingressNode: 'node-i',
    ingressPod: 'ingress-1',
    source: '127.0.0.1',
  });
  await other.close();
  await app.close();
});

test('a dead pod is believed in until the connection gives up; then the next one is asked', async () => {
  const dead = await deadPeer();
  const { app, endpoint } = await appOf('app-1');
  const patience = { via: 'service', pingAfterMs: 150, pings: false, givesUpMs: 300 } as const;
  // Its first choice is the third of them, by the name of its node.
  const upstream = [endpoint, endpoint, dead.endpoint];
  const ingress = await startIngress({ upstream, h2c: patience });
  const began = performance.now();
  const both = await Promise.all([1, 2].map(() => ask({ port: ingress.port, path: shortPath('x') })));
  assert.equal(
    both.map(({ status }) => status),
    [502, 502],
  );
  assert.ok(performance.now() - began >= 299);
  assert.is(dead.connections(), 1, 'both were on one connection');
  assert.is(await podOf(ingress.port), 'app-1');
  await ingress.close();
  await app.close();
  await dead.server.close();
});

test('what is under way when a pod falls silent breaks off for its client', async () => {
  const { app, endpoint } = await appOf('app-1');
  let freeze = () => {};
  const path = await rawServer((socket) => {
    const inner = dial(endpoint.h2Port, endpoint.host);
    socket.pipe(inner).pipe(socket);
    inner.on('error', () => {});
    freeze = () => {
      socket.unpipe(inner);
      inner.unpipe(socket);
    };
  });
  const patience = { via: 'service', pingAfterMs: 200, pings: false, givesUpMs: 400 } as const;
  const ingress = await startIngress({ upstream: [{ host: '127.0.0.1', port: path.port }], h2c: patience });
  const { status, reader, whole } = await ask({
    port: ingress.port,
    path: stream(60_000),
    onData: () => freeze(),
  });
  assert.equal([status, reader.complete, whole], [200, false, false]);
  await ingress.close();
  await path.close();
  await app.close();
});

test('a pod that takes its time is no dead one: it answers pings', async () => {
  const { app, endpoint } = await appOf('app-1');
  for (const pings of [true, false]) {
    const patience = { via: 'endpoints', pingAfterMs: 100, pings, givesUpMs: 300 } as const;
    const ingress = await startIngress({ upstream: [endpoint], h2c: patience });
    assert.ok((await ask({ port: ingress.port, path: stream(1500, 1400) })).whole);
    await ingress.close();
  }
  await app.close();
});

test("by the Service's address it stays with its pod, whatever the endpoints; by endpoints it follows them", async () => {
  const [one, other] = [await appOf('app-1'), await appOf('app-2')];
  for (const [via, then] of [
    ['service', 'app-1'],
    ['endpoints', 'app-2'],
  ] as const) {
    const ingress = await startIngress({ upstream: [one.endpoint], h2c: { ...h2c, via } });
    assert.is(await podOf(ingress.port), 'app-1');
    ingress.setUpstream([other.endpoint]);
    assert.is(await podOf(ingress.port), then, via);
    await ingress.close();
  }
  await one.app.close();
  await other.app.close();
});

test('a pod that ends in order announces it: open requests finish, new ones go elsewhere', async () => {
  const [one, other] = [await appOf('app-1'), await appOf('app-2')];
  const ingress = await startIngress({ upstream: [one.endpoint], h2c: { ...h2c, via: 'service' } });
  let begun = () => {};
  const first = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const running = ask({ port: ingress.port, path: stream(800), onData: () => begun() });
  await first;
  ingress.setUpstream([other.endpoint]);
  const drained = one.app.drain();
  await new Promise((resolve) => setTimeout(resolve, 100)); // GOAWAY is on its way
  assert.is(await podOf(ingress.port), 'app-2');
  const { whole, reader } = await running;
  assert.equal([whole, reader.complete], [true, true]);
  await drained;
  await ingress.close();
  await other.app.close();
});

test.run();
