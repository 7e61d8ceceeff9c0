import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../../src/base/clock.ts';
import { localReady, sourceFor } from '../../../../src/cluster/node/proxy/rule.ts';
import { performCheck } from '../../../../src/edge/check.ts';
import { helloOf } from '../../../../src/edge/hello.ts';
import { canDropSyns } from '../../../support/fault-server/index.ts';
import { knock } from '../../../support/node-port.ts';
import { skipped } from '../../../support/skip.ts';
import { fakeClock } from '../control-plane/fake-clock.ts';
import '../../../support/bundles.ts';
import { bridge, client, host, withProxy } from '../../../support/service-proxy.ts';

test('Cluster masquerades, towards other nodes and to a pod of its own', () =>
  withProxy(async ({ put, endpoint, knock: ask }) => {
    await put('Cluster', [endpoint('elsewhere')]);
    assert.is(await ask(), `elsewhere from ${host}`);
    await put('Cluster', [endpoint('here')]);
    assert.is(await ask(), `here from ${bridge}`);
  }));

test("Local serves its own pods only, and keeps the client's address", () =>
  withProxy(async ({ put, endpoint, knock: ask }) => {
    await put('Local', [endpoint('here'), endpoint('elsewhere')]);
    const met = new Set<string>();
    for (let times = 0; times < 12; times += 1) met.add(await ask());
    assert.equal([...met], [`here from ${client}`]);
  }));

test('Cluster spreads over all endpoints', () =>
  withProxy(async ({ put, endpoint, knock: ask }) => {
    await put('Cluster', [endpoint('here'), endpoint('elsewhere')]);
    const met = new Set<string>();
    for (let times = 0; times < 40; times += 1) met.add(await ask());
    assert.equal([...met].sort(), [`elsewhere from ${host}`, `here from ${bridge}`]);
  }));

test('the health check port of a Service opens only when its node port is served', () =>
  withProxy(async ({ put, endpoint, nodePort, knock: ask }) => {
    const applied = put('Local', [endpoint('here')]);
    const port = nodePort === 65_535 ? nodePort - 1 : nodePort + 1;
    const healthy = () =>
      performCheck({ kind: 'http', host, port, path: '/healthz', timeoutMs: 1000, from: null, hello: null });
    while (!(await healthy()).ok) await monotonic.sleep(1);
    assert.is(await ask(), `here from ${client}`);
    await applied;
  }));

test("a host port leads to the node's own pod, keeps the client's address, and goes with the pod, whatever the Services", () =>
  withProxy(async (bench) => {
    const { put, endpoint, proxy, nodePort } = bench;
    const port = nodePort - 1;
    const ask = () => knock({ host, port, localAddress: client }, 5000);
    const becomes = async (word: string) => {
      for (const until = performance.now() + 5000; performance.now() < until; await monotonic.sleep(10))
        if ((await ask()) === word) return;
      assert.is(await ask(), word);
    };
    assert.is(await ask(), 'refused');
    proxy.forward(new Map([[port, endpoint('here')]]));
    await becomes(`here from ${client}`);
    await put('Cluster', [endpoint('elsewhere')]);
    assert.is(await ask(), `here from ${client}`, 'a sync of Services leaves it alone');
    proxy.forward(new Map());
    await becomes('refused');
  }));

test('to a pod in the network of its node Cluster keeps the client address: what is delivered here is not masqueraded', () => {
  const self = { node: 'n', address: '127.1.1.1', bridgeAddress: '127.1.1.2' };
  const pod = { node: 'n', port: 1, ready: true, serving: true, terminating: false };
  assert.is(sourceFor('Cluster', { ...pod, address: self.address }, self, client), client);
  assert.is(sourceFor('Cluster', { ...pod, address: '127.1.1.9' }, self, client), self.bridgeAddress);
  assert.is(sourceFor('Cluster', { ...pod, node: 'm', address: '127.1.1.3' }, self, client), self.address);
});

test('each port of a Service leads to the endpoints of its own name, and a pod of two ports counts once', () =>
  withProxy(async ({ put, endpoint, nodePort }) => {
    const second = nodePort - 1;
    const nodePorts = [
      { name: 'web', port: 80, nodePort },
      { name: 'tls', port: 443, nodePort: second },
    ];
    const at = (port: number) => knock({ host, port, localAddress: client }, 5000);
    await put('Local', [endpoint('here', { portName: 'web' }), endpoint('here', { portName: 'tls' })], {
      nodePorts,
    });
    assert.equal([await at(nodePort), await at(second)], [`here from ${client}`, `here from ${client}`]);
    const two = ['web', 'tls'].map((portName) => endpoint('here', { portName }));
    assert.is(localReady(two, 'node-a'), 1);
    await put('Cluster', [endpoint('here', { portName: 'web' })], { nodePorts });
    assert.equal([await at(nodePort), await at(second)], [`here from ${bridge}`, 'refused']);
  }));

test('without any endpoint it refuses under both policies', () =>
  withProxy(async ({ put, endpoint, knock: ask }) => {
    await put('Cluster', [endpoint('here')]);
    for (const policy of ['Cluster', 'Local'] as const) {
      await put(policy, []);
      assert.is(await ask(), 'refused');
    }
  }));

if (!canDropSyns) skipped('linux', 'silence under Local', 'only Linux drops SYNs at a full backlog');
else
  test('Local is silent if endpoints are on other nodes only, and a flip to Cluster serves them', () =>
    withProxy(async ({ put, endpoint, knock: ask }) => {
      await put('Local', [endpoint('elsewhere')]);
      assert.is(await ask(700), 'silent');
      await put('Cluster', [endpoint('elsewhere')]);
      assert.is(await ask(15_000), `elsewhere from ${host}`);
    }));

test('a client that sends no hello gets RST after the handshake from a pod that is gone', () =>
  withProxy(async ({ put, endpoint, knock: ask }) => {
    await put('Cluster', [endpoint('elsewhere', { port: 1 })]);
    assert.is(await ask(), 'RST');
  }));

test('the same draw goes to the same pod, and all draws over all pods', () =>
  withProxy(async (bench) => {
    await bench.put('Cluster', [bench.endpoint('elsewhere'), bench.endpoint('here')]);
    const met = async () => {
      const answers: string[] = [];
      for (let hello = 0; hello < 20; hello += 1) {
        const word = await knock({ host, port: bench.nodePort, localAddress: client }, 5000, helloOf(hello));
        answers.push(word.replace('\x06', '').split(' ')[0] ?? '');
      }
      return answers;
    };
    const once = await met();
    assert.equal(await met(), once);
    assert.equal([...new Set(once)].sort(), ['elsewhere', 'here']);
  }));

test('with sessionAffinity a client stays with its pod while that is an endpoint, under both policies', () =>
  withProxy(async ({ put, endpoint, knock }) => {
    const both = () => [endpoint('here'), endpoint('elsewhere')];
    const served = async (times: number) => {
      const pods = new Set<string | undefined>();
      for (let turn = 0; turn < times; turn += 1) pods.add((await knock()).split(' ')[0]);
      return [...pods];
    };
    await put('Cluster', both(), { affinitySeconds: 10_800 });
    const [bound, ...others] = await served(12);
    assert.equal(others, []);
    const left = bound === 'here' ? 'elsewhere' : 'here';
    await put('Cluster', [endpoint(left)], { affinitySeconds: 10_800 });
    assert.equal(await served(1), [left], 'a pod that is gone lets its clients go');
    await put('Cluster', both(), { affinitySeconds: 10_800 });
    assert.equal(await served(12), [left], 'and they stay with the next');
    await put('Cluster', both());
    assert.is((await served(40)).length, 2, 'without affinity any pod serves');
  }));

test('its listeners are listed: NodePort, healthz, and the check of Local', () =>
  withProxy(async (bench) => {
    const said = () => bench.listeners.map(({ what }) => what).sort();
    await bench.put('Cluster', [bench.endpoint('here')]);
    assert.equal(said(), ['NodePort of web/ingress', 'healthz']);
    await bench.put('Local', [bench.endpoint('here')]);
    assert.equal(said(), ['NodePort of web/ingress', 'healthCheckNodePort', 'healthz']);
    bench.proxy.update([], new Map());
    await bench.proxy.synced();
    assert.equal(said(), ['healthz']);
    // Its process is on its way out.
    let word = '';
    for (let tries = 0; tries < 500 && word !== 'refused'; tries += 1) word = await bench.knock();
    assert.is(word, 'refused');
  }));

test('views that come within minSyncPeriod are applied once, the newest, and not before its end', () => {
  const clock = fakeClock();
  return withProxy(
    async ({ proxy, put, endpoint, knock: ask }) => {
      const first = put('Cluster', [endpoint('elsewhere')]);
      await clock.advance(0);
      await first;
      void put('Cluster', []);
      const newest = put('Cluster', [endpoint('here')]);
      await clock.advance(999);
      assert.is(await ask(), `elsewhere from ${host}`, 'the view of before');
      await clock.advance(1);
      await newest;
      assert.is(await ask(), `here from ${bridge}`);
      await proxy.synced();
    },
    1000,
    clock,
  );
});

test.run();
