import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../../src/base/clock.ts';
import { nodePort } from '../../../../src/cluster/node/proxy/port.ts';
import { type CheckRequest, performCheck } from '../../../../src/edge/check.ts';
import { type RelayEnd, relay } from '../../../../src/edge/relay.ts';
import { canDropSyns } from '../../../support/fault-server/index.ts';
import { freePort } from '../../../support/node-port.ts';
import { skipped } from '../../../support/skip.ts';
import '../../../support/bundles.ts';
import { type Bench, base, client, host, testHolder, withProxy } from '../../../support/service-proxy.ts';

const through = (bench: Bench, more: Partial<CheckRequest> = {}): CheckRequest => ({
  kind: 'tcp',
  host,
  port: bench.nodePort,
  path: '',
  timeoutMs: 5000,
  from: client,
  hello: 7,
  ...more,
});

/** How a connection of the edge ends that asks once: what it logs, and what the client gets. */
async function relayed(bench: Bench, giveUpMs = 5000): Promise<{ end: RelayEnd; got: string }> {
  const edge = createServer({ allowHalfOpen: true }).listen({ host: client, port: 0 });
  await once(edge, 'listening');
  const address = edge.address();
  const from = connect({
    host: client,
    port: address !== null && typeof address === 'object' ? address.port : 0,
  });
  let got = '';
  from.on('data', (bytes) => {
    got += bytes.toString('latin1');
    from.destroy();
  });
  from.on('error', () => {});
  from.write('ask');
  const [accepted] = await once(edge, 'connection');
  const timer = setTimeout(() => from.destroy(), giveUpMs);
  const end = await new Promise<RelayEnd>((resolve) => {
    const one = relay({
      client: accepted,
      upstream: { host, port: bench.nodePort, localAddress: client, hello: 7 },
      mode: 'passthrough',
      connectTimeoutMs: 0,
      openedAt: monotonic.now(),
      now: monotonic.now,
      onSettled() {},
      onClosed: resolve,
    });
    const sweep = setInterval(() => one.expire(monotonic.now()), 20);
    sweep.unref();
  });
  clearTimeout(timer);
  edge.close();
  return { end, got };
}

test('to the edge a node port answers when the pod has, and the bytes are the same', () =>
  withProxy(async (bench) => {
    await bench.put('Cluster', [bench.endpoint('elsewhere')]);
    assert.equal(await performCheck(through(bench)), { ok: true, detail: 'connected' });
    const { end, got } = await relayed(bench);
    assert.is(got, `elsewhere from ${host}`);
    assert.equal([end.connect, end.bytesUp, end.bytesDown], ['connected', 3, got.length]);
  }));

test('a pod that is gone refuses: check and connection are refused', () =>
  withProxy(async (bench) => {
    await bench.put('Cluster', [bench.endpoint('elsewhere', { port: 1 })]);
    assert.equal(await performCheck(through(bench)), { ok: false, detail: 'refused' });
    const { end, got } = await relayed(bench);
    assert.equal([end.connect, end.connectedAt, end.bytesDown, got], ['refused', null, 0, '']);
  }));

if (!canDropSyns) skipped('linux', 'a dead pod', 'only Linux drops SYNs at a full backlog');
else
  test('a pod that is silent: checks fail with the share of such pods, a connection is never made', () =>
    withProxy(async (bench) => {
      const dead = { address: `${base}.22`, port: await freePort(`${base}.22`) };
      const holder = testHolder((reason) => bench.failures.push(reason));
      const pod = nodePort({
        host: dead.address,
        port: dead.port,
        what: 'a dead pod',
        holder,
        fillerAddress: `${base}.9`,
        backlog: 16,
        onConnection: (socket) => socket.destroy(),
        changed() {},
        failed: (reason) => bench.failures.push(reason),
      });
      try {
        await pod.apply({ kind: 'silent' });
        await bench.put('Cluster', [bench.endpoint('elsewhere', dead)]);
        assert.equal(await performCheck(through(bench, { timeoutMs: 300 })), {
          ok: false,
          detail: 'timeout',
        });
        const { end, got } = await relayed(bench, 800);
        assert.equal([end.connect, end.connectedAt, got], ['abandoned', null, '']);
        assert.ok(end.connectNs > 700e6, String(end.connectNs));
        await bench.put('Cluster', [bench.endpoint('elsewhere', dead), bench.endpoint('here')]);
        const checks = Array.from({ length: 40 }, (_, hello) =>
          performCheck(through(bench, { timeoutMs: 600, hello })),
        );
        const failed = (await Promise.all(checks)).filter(({ ok }) => !ok).length;
        assert.ok(failed >= 8 && failed <= 32, `${failed} of 40 checks failed`);
      } finally {
        pod.end();
        holder.end();
      }
    }));

test.run();
