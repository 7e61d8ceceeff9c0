import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { echoNames, ejected, fateOf, holdOneOn, names, rigTest, setHealth } from '../../support/balancer.ts';

const test = suite('the balancer and unhealthy nodes');

test(
  'persist: an ejected node keeps its open connections',
  rigTest(2, { onEjected: 'persist' }, async (rig) => {
    await echoNames(rig);
    const held = await holdOneOn(rig, ['node-0']);
    setHealth(rig, 'node-0', 'silent');
    const { reason } = await ejected(rig, 'node-0');
    assert.is(reason, 'timeout');
    assert.is(await fateOf(held.get('node-0'), 300), 'alive');
    held.get('node-0')?.destroy();
  }),
);

test(
  'reset: both sides of its connections get RST, and only those',
  rigTest(2, { onEjected: 'reset' }, async (rig) => {
    await echoNames(rig);
    const held = await holdOneOn(rig, ['node-0', 'node-1']);
    const fate = fateOf(held.get('node-0'), 5000);
    setHealth(rig, 'node-0', 503);
    assert.is(await fate, 'RST');
    assert.is(await fateOf(held.get('node-1'), 100), 'alive');
    const close = await rig.event('edge-close', (event) => event.clientEnd === 'edge-reset');
    assert.equal([close.node, close.upstreamEnd, close.connect], ['node-0', 'edge-reset', 'connected']);
    held.get('node-1')?.destroy();
  }),
);

test(
  'drain: its connections live until the time-out, then get RST; readmitted before that they live on',
  rigTest(2, { onEjected: 'drain', drainTimeoutMs: 700 }, async (rig) => {
    await echoNames(rig);
    const held = await holdOneOn(rig, ['node-0', 'node-1']);
    const began = performance.now();
    const fate = fateOf(held.get('node-0'), 8000);
    setHealth(rig, 'node-0', 503);
    setHealth(rig, 'node-1', 503);
    const { t } = await ejected(rig, 'node-1');
    setHealth(rig, 'node-1', 200);
    assert.is(await fate, 'RST');
    assert.ok(performance.now() - began >= 700);
    await rig.event('health', (event) => event.node === 'node-1' && event.healthy && event.t > t);
    assert.is(await fateOf(held.get('node-1'), 800), 'alive');
    held.get('node-1')?.destroy();
  }),
);

test(
  'all unhealthy: the last resort is all of them',
  rigTest(2, { allUnhealthy: 'all' }, async (rig) => {
    await echoNames(rig);
    for (const { name } of rig.nodes) setHealth(rig, name, 503);
    for (const { name } of rig.nodes) await ejected(rig, name);
    assert.equal(await names(rig, 20), ['node-0', 'node-1']);
  }),
);

for (const noTarget of ['reset', 'refuse'] as const) {
  test(
    `all unhealthy: or nobody, and the client gets an RST at once (${noTarget})`,
    rigTest(2, { allUnhealthy: 'none', noTarget }, async (rig) => {
      await echoNames(rig);
      for (const { name } of rig.nodes) setHealth(rig, name, 503);
      for (const { name } of rig.nodes) await ejected(rig, name);
      assert.equal(await names(rig, 3), ['ECONNRESET']);
      const close = await rig.event('edge-close', (event) => event.connect === 'none');
      assert.equal([close.node, close.clientEnd, close.upstreamEnd], [null, 'edge-reset', 'open']);
      assert.ok(close.connectNs >= 0 && close.connectNs < 1e9);
    }),
  );
}

test(
  'all unhealthy: or nobody, and the client hears nothing until it leaves (drop)',
  rigTest(2, { allUnhealthy: 'none', noTarget: 'drop' }, async (rig) => {
    await echoNames(rig);
    for (const { name } of rig.nodes) setHealth(rig, name, 503);
    for (const { name } of rig.nodes) await ejected(rig, name);
    const socket = connect({ host: rig.host, port: rig.port });
    socket.write('?');
    const open = await rig.event('edge-open', (event) => event.node === null);
    const heard = Promise.race(['data', 'end', 'error'].map((event) => once(socket, event)));
    assert.is(await Promise.race([heard, sleep(300).then(() => 'nothing')]), 'nothing');
    socket.destroy();
    const close = await rig.event('edge-close', (event) => event.conn === open.conn);
    assert.equal([close.node, close.connect, close.clientEnd, close.bytesUp], [null, 'none', 'fin', 1]);
    assert.ok(close.connectNs >= 290e6, String(close.connectNs));
    // The edge's own end closes what it still drops.
    const other = connect({ host: rig.host, port: rig.port });
    const gone = once(other, 'close');
    await rig.event('edge-open', (event) => event.conn > open.conn);
    await rig.edge.stop();
    await gone;
    assert.is((await rig.event('edge-close', (event) => event.conn > open.conn)).clientEnd, 'edge-closed');
  }),
);

test.run();
