import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shortPath, streamPath } from '../../../../src/workload/protocol.ts';
import { ask, startApp, startIngress, until } from '../../../support/workload.ts';

const stream = (id: string, durationMs: number) =>
  streamPath({ id, durationMs, intervalMs: 50, chunkSize: 64 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function carried(config: Parameters<typeof startIngress>[0]) {
  const app = await startApp();
  const ingress = await startIngress({ upstream: [{ host: app.host, port: app.port }], ...config });
  const ping = async () => (await ask({ port: ingress.pingPort, path: '/ping' })).status;
  const short = async () => (await ask({ port: ingress.port, path: shortPath('x') })).status;
  return { app, ingress, ping, short };
}

test('ping: 200 OK', async () => {
  const { app, ingress } = await carried({});
  const seen = await ask({ port: ingress.pingPort, path: '/ping', hostname: 'any' });
  assert.is(`${seen.status} ${seen.body}`, '200 OK');
  assert.is((await ask({ port: ingress.pingPort, path: '/other' })).status, 404);
  assert.is((await ask({ port: ingress.port, path: '/ping' })).status, 404, 'the app has no /ping');
  await ingress.close();
  await app.close();
});

test('it keeps serving while ping answers 503, then accepts nothing more, and finishes what is in flight', async () => {
  const { app, ingress, ping, short } = await carried({ requestAcceptGraceTimeoutMs: 600 });
  const running = ask({ port: ingress.port, path: stream('r', 1200) });
  await pause(50);
  const began = performance.now();
  const terminated = ingress.terminate();
  assert.is(await ping(), 503);
  assert.is(await short(), 200);
  await until(() => performance.now() - began > 700);
  assert.is(await short(), null);
  assert.is(await ping(), null);
  await terminated;
  const took = performance.now() - began;
  assert.ok(took > 1000 && took < 5000, `ended after ${took} ms, when the stream had`);
  const seen = await running;
  assert.ok(seen.reader.complete && seen.whole);
  assert.equal(
    ingress.events.map(({ id, status }) => `${id} ${status}`),
    ['x 200', 'r 200'],
  );
  await app.close();
});

test('what lasts longer than graceTimeOut is cut, and logged before the end', async () => {
  const { app, ingress } = await carried({ graceTimeOutMs: 300 });
  const running = ask({ port: ingress.port, path: stream('long', 60_000) });
  await pause(50);
  const began = performance.now();
  await ingress.terminate();
  const took = performance.now() - began;
  assert.ok(took >= 299 && took < 3000, `ended after ${took} ms`);
  assert.is(ingress.events.length, 1);
  const seen = await running;
  assert.ok(seen.reader.chunks > 0 && !seen.whole);
  await app.close();
});

test('with nothing in flight the end comes at once, idle connections or not', async () => {
  const { app, ingress, short } = await carried({ graceTimeOutMs: 60_000 });
  assert.is(await short(), 200);
  const kept = await fetch(`http://127.0.0.1:${ingress.pingPort}/ping`);
  assert.is(await kept.text(), 'OK');
  const began = performance.now();
  await ingress.terminate();
  assert.ok(performance.now() - began < 5000);
  await app.close();
});

test('close does not wait, not even for a termination under way', async () => {
  const { app, ingress } = await carried({ requestAcceptGraceTimeoutMs: 60_000, graceTimeOutMs: 60_000 });
  const running = ask({ port: ingress.port, path: stream('c', 60_000) });
  await pause(50);
  const terminated = ingress.terminate();
  const began = performance.now();
  await ingress.close();
  await terminated;
  assert.ok(performance.now() - began < 5000);
  assert.not.ok((await running).whole);
  await app.close();
});

test.run();
