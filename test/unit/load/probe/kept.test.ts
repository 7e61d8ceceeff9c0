import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../../src/base/clock.ts';
import type { ProbeConfig } from '../../../../src/load/config.ts';
import { probe } from '../../../../src/load/probe/probe.ts';
import { http2Server } from '../../../support/http2-server.ts';
import { gather, probeAt, targetAt } from '../../../support/load.ts';

/** A server that keeps connections, and how many it was offered. */
async function keepAlive() {
  const state = { connections: 0, requests: 0 };
  const server = createServer((_request, response) => {
    state.requests += 1;
    response.end('ok');
  });
  server.on('connection', () => {
    state.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    state,
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function run(port: number, count: number, more: Partial<ProbeConfig> = {}) {
  const said = gather();
  const limits = { rate: 25, timeoutMs: 5000, holdMs: 5000, app: false } as const;
  const load = probe(probeAt(targetAt('127.0.0.1', port), { ...limits, ...more }), said, monotonic);
  load.begin();
  while (said.starts.size < count) await monotonic.sleep(1);
  load.quiesce();
  await said.idle(20_000);
  await monotonic.sleep(250); // the last window
  load.stop();
  return said;
}

test('reused probes against a server that keeps connections reuse one', async () => {
  const server = await keepAlive();
  const said = await run(server.port, 10, { lanes: ['reused'], rate: 5 });
  server.stop();
  assert.equal(said.countByOutcome(), { completed: said.ends.length });
  // A busy machine may answer one late, and the next then opens another: never for each.
  const fresh = said.ends.filter(({ freshConnection }) => freshConnection).length;
  assert.is(server.state.connections, fresh);
  assert.ok(fresh <= said.ends.length / 2, `${fresh} connections for ${said.ends.length} requests`);
  assert.is(new Set(said.ends.map(({ local }) => local)).size, fresh);
  // Subtracted the wrong way round a probe would be as late as the clock is old.
  const late = said.messages.filter(({ type }) => type === 'lateness').map(({ maxMs }) => Number(maxMs));
  assert.ok(late.length > 0 && late.every((ms) => ms >= 0 && ms < 60_000), String(late));
});

test('moved, probes of either lane go to the other address, and a kept connection is given up', async () => {
  const [from, to] = [await keepAlive(), await keepAlive()];
  const said = gather();
  const limits = { rate: 25, timeoutMs: 5000, holdMs: 5000, app: false } as const;
  const config = probeAt(targetAt('127.0.0.1', from.port), { ...limits, lanes: ['new', 'reused'] });
  const load = probe(config, said, monotonic);
  load.begin();
  while (said.ends.length < 6) await monotonic.sleep(1);
  load.move?.({ host: '127.0.0.1', port: to.port });
  const before = said.starts.size;
  while (said.starts.size < before + 6) await monotonic.sleep(1);
  load.quiesce();
  await said.idle(20_000);
  load.stop();
  assert.is(from.state.requests, before);
  assert.is(to.state.requests, said.starts.size - before);
  assert.equal(said.countByOutcome(), { completed: said.ends.length });
  from.stop();
  to.stop();
});

test('new probes make a connection each', async () => {
  const server = await keepAlive();
  const said = await run(server.port, 10, { lanes: ['new'] });
  server.stop();
  assert.is(server.state.connections, said.ends.length);
});

test('windows for the live view add up to what was sent, and to how it ended', async () => {
  const server = await keepAlive();
  const good = await run(server.port, 10, { lanes: ['new'] });
  const bad = await run(server.port, 10, { lanes: ['new'], expectStatus: 204 });
  server.stop();
  const sums = (said: ReturnType<typeof gather>) => {
    const windows = said.messages.filter(({ type }) => type === 'probe-window');
    const sum = (key: string) => windows.reduce((total, window) => total + Number(window[key]), 0);
    return [sum('sent'), sum('ok'), sum('failed')];
  };
  assert.equal(sums(good), [good.starts.size, good.starts.size, 0]);
  assert.equal(sums(bad), [bad.starts.size, 0, bad.starts.size]);
});

test('windows for the live view: a probe that waits beyond its time-out to be connected has failed once', async () => {
  const said = gather();
  const target = targetAt('never.test', 80);
  const config = probeAt(target, { lanes: ['new'], rate: 20, timeoutMs: 100, holdMs: 500 });
  // The name is never found, so that nothing is ever connected.
  const load = probe(config, said, monotonic, { lookup: () => new Promise(() => {}) });
  load.begin();
  while (said.starts.size < 4) await monotonic.sleep(1);
  load.quiesce();
  await said.idle(20_000);
  await monotonic.sleep(150); // the last window
  load.stop();
  const windows = said.messages.filter(({ type }) => type === 'probe-window');
  assert.is(
    windows.reduce((total, { failed }) => total + Number(failed), 0),
    said.starts.size,
  );
});

test('HTTP/2: a stream that is reset within its body leaves the connection, one that is silent does not', async () => {
  for (const [how, connections] of [
    ['reset', 1],
    ['silent', 2],
  ] as const) {
    const server = await http2Server((stream, _tcp, nth) => {
      stream.respond({ ':status': 200 });
      if (nth !== 3) return stream.end('ok');
      stream.write('part');
      if (how === 'reset') setTimeout(() => stream.destroy(new Error('reset')), 20);
    });
    const said = await run(server.port, 30, {
      http: '2',
      lanes: ['reused'],
      rate: 10,
      timeoutMs: 1500,
      holdMs: 1500,
    });
    const lost = how === 'reset' ? 'reset-mid-body' : 'hung';
    assert.is(said.countByOutcome()[lost], 1, how);
    assert.is(server.connections, connections, how);
    await server.stop();
  }
});

test.run();
