import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../../src/base/clock.ts';
import type { Lane } from '../../../../src/base/connections.ts';
import type { ProbeConfig } from '../../../../src/load/config.ts';
import { probe } from '../../../../src/load/probe/probe.ts';
import { gather, probeAt, targetAt } from '../../../support/load.ts';

/** Takes connections and does `then` with each; how long each lasted, ms. */
async function silent(then: (socket: Socket) => void = () => {}) {
  const lasted: number[] = [];
  const server = createServer((socket) => {
    const from = performance.now();
    socket.resume();
    socket.on('error', () => {});
    socket.on('close', () => lasted.push(performance.now() - from));
    then(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, lasted, stop: () => server.close() };
}

async function run(port: number, more: Partial<ProbeConfig>) {
  const said = gather();
  const limits = { rate: 20, timeoutMs: 200, holdMs: 1200, app: true } as const;
  const load = probe(probeAt(targetAt('127.0.0.1', port), { ...limits, ...more }), said, monotonic);
  load.begin();
  while (said.starts.size < 1) await monotonic.sleep(1);
  load.quiesce();
  return { said, load };
}

const tookOf = (said: ReturnType<typeof gather>) =>
  said.ends.map(({ id, t }) => Math.round((t - (said.starts.get(id)?.t ?? 0)) / 1e6));

for (const [lane, http] of [
  ['new', '1.1'],
  ['reused', '1.1'],
  ['new', '2'],
] as [Lane, '1.1' | '2'][])
  test(`HTTP/${http}, ${lane}: lost at its time-out, and held open to the end of the hold`, async () => {
    const server = await silent();
    const { said, load } = await run(server.port, { lanes: [lane], http });
    await said.idle(10_000);
    load.stop();
    while (server.lasted.length < said.ends.length) await monotonic.sleep(5);
    server.stop();
    assert.equal(said.countByOutcome(), { hung: said.ends.length });
    for (const took of tookOf(said)) assert.is(took, 200, 'the outcome stands at the time-out');
    for (const ms of server.lasted) assert.ok(ms > 1000, `held for ${ms} ms`);
  });

test('an answer after the time-out ends it, and idle comes then', async () => {
  const server = await silent((socket) => setTimeout(() => socket.write('HTTP/1.1 200 OK\r\n'), 500));
  const { said, load } = await run(server.port, { lanes: ['new'], holdMs: 60_000 });
  await said.idle(20_000);
  load.stop();
  server.stop();
  assert.equal(said.countByOutcome(), { hung: said.ends.length });
});

test('cancelled or ended, nothing is held', async () => {
  const server = await silent();
  const { said, load } = await run(server.port, { lanes: ['new'], holdMs: 60_000 });
  while (said.ends.length < said.starts.size) await monotonic.sleep(5);
  load.cancel();
  await said.idle(2000);
  load.stop();
  server.stop();
});

test('any URL: there is no log of a balancer to wait for', async () => {
  const server = await silent();
  const { said, load } = await run(server.port, { lanes: ['new'], holdMs: 60_000, app: false });
  await said.idle(5000);
  load.stop();
  server.stop();
  assert.equal(said.countByOutcome(), { hung: said.ends.length });
});

test.run();
