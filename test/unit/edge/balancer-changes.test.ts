import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { echoNames, fateOf, holdOneOn, names, rigTest } from '../../support/balancer.ts';

const test = suite('the balancer after changes to the Service and its nodes');

test(
  'a flip is followed after the reconcile delay, and not before',
  rigTest(2, { reconcileDelayMs: 400 }, async (rig) => {
    await echoNames(rig);
    const first = await rig.event('reconcile');
    assert.equal([first.policy, first.nodes], ['Cluster', ['node-0', 'node-1']]);
    const began = performance.now();
    rig.putService('Local');
    const flipped = await rig.event('reconcile', (event) => event.policy === 'Local');
    assert.ok(performance.now() - began >= 400);
    assert.ok(flipped.healthCheckNodePort !== null);
    assert.equal(await names(rig, 20), ['node-0', 'node-1']);
  }),
);

test(
  'a node with the exclude label leaves the set; after the drain time-out its connections get RST; a heartbeat changes nothing',
  rigTest(2, { drainTimeoutMs: 300, onRemoved: 'reset' }, async (rig) => {
    await echoNames(rig);
    const held = await holdOneOn(rig, ['node-0']);
    rig.putNode('node-1'); // as it was
    rig.putNode('node-0', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' } });
    const fate = fateOf(held.get('node-0'), 8000);
    const { nodes } = await rig.event('reconcile', (event) => event.nodes.length === 1);
    assert.equal(nodes, ['node-1']);
    assert.equal(await names(rig, 20), ['node-1']);
    assert.is(await fate, 'RST');
    const removed = await rig.event('health', (event) => event.node === 'node-0' && !event.eligible);
    assert.is(removed.reason, 'removed');
    assert.is(rig.events.filter((event) => event.type === 'reconcile').length, 2);
  }),
);

test(
  'silence: after the drain time-out nothing passes on connections of a node that has left, and nobody is told',
  rigTest(2, { drainTimeoutMs: 200, onRemoved: 'silence' }, async (rig) => {
    await echoNames(rig);
    const held = await holdOneOn(rig, ['node-0']);
    const socket = held.get('node-0');
    rig.putNode('node-0', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' } });
    await rig.event('health', (event) => event.node === 'node-0' && !event.eligible);
    await sleep(400);
    const heard: string[] = [];
    for (const what of ['data', 'end', 'close', 'error']) socket?.on(what, () => heard.push(what));
    socket?.write('?');
    await sleep(300);
    assert.equal(heard, []);
    socket?.destroy();
    const close = await rig.event('edge-close', (event) => event.node === 'node-0' && event.bytesUp === 1);
    assert.is(close.upstreamEnd, 'open');
  }),
);

test(
  'a flip that recreates the address: connections fall silent, new ones get no answer, then the address is back',
  rigTest(
    2,
    { onFlip: 'recreate-address', addressGoneMs: 1500, noTarget: 'drop', newTarget: 'healthy' },
    async (rig) => {
      await echoNames(rig);
      const held = await holdOneOn(rig, ['node-0', 'node-1']);
      const heard: string[] = [];
      for (const socket of held.values())
        for (const what of ['data', 'end', 'close', 'error']) socket.on(what, () => heard.push(what));
      rig.putService('Local');
      await sleep(400);
      for (const socket of held.values()) socket.write('?');
      const late = connect({ host: rig.host, port: rig.port });
      late.write('?');
      for (const what of ['data', 'end', 'close', 'error']) late.on(what, () => heard.push(what));
      const open = await rig.event('edge-open', ({ node }) => node === null);
      const back = await rig.event('reconcile', ({ policy }) => policy === 'Local');
      assert.ok(back.t - open.t > 0.5e9, 'it was away');
      assert.equal(heard, []);
      assert.equal((await names(rig, 20)).sort(), ['node-0', 'node-1']);
      assert.equal(heard, [], 'what was cut stays cut');
      late.destroy();
      for (const socket of held.values()) socket.destroy();
    },
  ),
);

test.run();
