import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configFromEnv } from '../../../../src/workload/app/config.ts';
import { shortPath, streamPath } from '../../../../src/workload/protocol.ts';
import { ask, startApp } from '../../../support/workload.ts';

const stream = (id: string, durationMs: number, intervalMs: number, chunkSize: number) =>
  streamPath({ id, durationMs, intervalMs, chunkSize });

test('a stream: numbered chunks at their times, the end marker at its own', async () => {
  const app = await startApp();
  const began = performance.now();
  const arrivals: number[] = [];
  const seen = await ask({
    port: app.port,
    path: stream('s', 400, 100, 200),
    onData: () => arrivals.push(performance.now() - began),
  });
  await app.close();
  assert.is(seen.status, 200);
  assert.is(seen.headers.get('content-type'), 'text/plain');
  assert.is(seen.headers.get('cache-control'), 'no-store');
  assert.is(seen.reader.chunks, 4);
  assert.ok(seen.reader.complete && seen.whole);
  const [first = '', second = ''] = seen.body.split('\n');
  assert.is(first.length, 199);
  assert.is(second.length, 199);
  assert.ok((arrivals[0] ?? 0) < 90, `the first chunk comes at once, not after ${arrivals[0]} ms`);
  assert.ok((arrivals.at(-1) ?? 0) >= 399, `the end comes after ${arrivals.at(-1)} ms`);
});

test('the first chunk names the path', async () => {
  const app = await startApp({ node: 'n', pod: 'p' });
  const direct = await ask({ port: app.port, path: shortPath('1') });
  const carried = await ask({
    port: app.port,
    path: shortPath('2'),
    headers: [
      'X-Forwarded-For: 203.0.113.9',
      'X-Forwarded-For: 198.51.100.1, 10.1.2.3',
      'X-Forwarded-Server: ingress-7',
      'x-midflight-ingress-node: node-7',
    ],
  });
  await app.close();
  const here = { endpointNode: 'n', endpointPod: 'p' };
  assert.equal(direct.reader.path, { ...here, ingressNode: null, ingressPod: null, source: '127.0.0.1' });
  assert.equal(carried.reader.path, {
    ...here,
    ingressNode: 'node-7',
    ingressPod: 'ingress-7',
    source: '10.1.2.3',
  });
  assert.ok(carried.reader.complete && carried.whole);
  assert.is(carried.reader.chunks, 1);
});

test('a client that does not read for a while still gets every chunk, in order', async () => {
  const app = await startApp();
  let paused = false;
  const seen = await ask({
    port: app.port,
    // 40 MB in half a second: more than the sockets' buffers hold.
    path: stream('slow', 500, 10, 800_000),
    onData(_text, socket) {
      if (paused) return;
      paused = true;
      socket.pause();
      setTimeout(() => socket.resume(), 1200);
    },
  });
  await app.close();
  assert.is(seen.reader.chunks, 50);
  assert.ok(seen.reader.complete && !seen.reader.wrong && seen.whole);
});

test('bad queries are answered with what is wrong, other paths are not found', async () => {
  const app = await startApp();
  const status = async (path: string) => (await ask({ port: app.port, path })).status;
  assert.is(await status('/stream?id=1&duration=10&interval=5'), 400);
  assert.is(await status('/stream?id=1&duration=-1&interval=5&chunk=10'), 400);
  assert.is(await status('/stream?id=1&duration=1e99&interval=5&chunk=10'), 400);
  assert.is(await status('/stream?id=1&duration=10&interval=5&chunk=1.5'), 400);
  assert.is(await status('/short'), 400);
  assert.is(await status('/'), 404);
  const bad = await ask({ port: app.port, path: '/stream?id=1&duration=ten&interval=5&chunk=10' });
  assert.match(bad.body, /^bad query: duration: /);
  const health = await ask({ port: app.port, path: '/healthz' });
  assert.is(`${health.status} ${health.body}`, '200 ok');
  await app.close();
});

test('a request with a body is answered like one without', async () => {
  const app = await startApp();
  const path = stream('p', 50, 25, 64);
  const seen = await ask({ port: app.port, path, method: 'POST', body: '.'.repeat(200_000) });
  await app.close();
  assert.ok(seen.reader.complete && seen.whole);
});

test('drain: no new connection, streams in flight are finished, kept connections go', async () => {
  const app = await startApp();
  const kept = connect(app.port, '127.0.0.1');
  kept.write(`GET ${shortPath('k')} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await new Promise((resolve) => kept.once('data', resolve));
  const running = ask({ port: app.port, path: stream('d', 300, 50, 64), headers: [] });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const began = performance.now();
  const drained = app.drain();
  await new Promise((resolve) => kept.once('close', resolve));
  assert.is((await ask({ port: app.port, path: '/healthz' })).status, null);
  await drained;
  assert.ok(performance.now() - began > 100, 'it waited for the stream');
  assert.ok((await running).reader.complete);
});

test('close cuts what is in flight', async () => {
  const app = await startApp();
  const running = ask({ port: app.port, path: stream('c', 60_000, 50, 64) });
  await new Promise((resolve) => setTimeout(resolve, 120));
  await app.close();
  const seen = await running;
  assert.ok(seen.reader.chunks >= 1 && !seen.reader.complete && !seen.whole);
});

test('a pod is configured by its environment, all of it or not at all', () => {
  const env = { PORT: '8080', NODE_NAME: 'n', POD_NAME: 'p' };
  assert.equal(configFromEnv(env), {
    role: 'app',
    host: '0.0.0.0',
    port: 8080,
    node: 'n',
    pod: 'p',
    backlog: 511,
  });
  assert.is(configFromEnv({ PORT: '8080' }), undefined);
  assert.is(configFromEnv({ ...env, PORT: '' }), undefined);
  assert.throws(() => configFromEnv({ ...env, PORT: 'http' }));
});

test.run();
