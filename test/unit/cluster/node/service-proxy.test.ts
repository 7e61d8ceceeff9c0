import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic, systemClock, type WallClock } from '../../../../src/base/clock.ts';
import { roleBundle } from '../../../../src/base/package.ts';
import { seededRandom } from '../../../../src/base/random.ts';
import { type ServiceProxy, serviceProxy } from '../../../../src/cluster/node/proxy/index.ts';
import { nodePort } from '../../../../src/cluster/node/proxy/port.ts';
import type { EndpointView, NodeListener, ProxiedService } from '../../../../src/cluster/node/proxy/types.ts';
import { type CheckRequest, performCheck } from '../../../../src/edge/check.ts';
import { helloOf } from '../../../../src/edge/hello.ts';
import { type RelayEnd, relay } from '../../../../src/edge/relay.ts';
import { canDropSyns } from '../../../support/fault-server/index.ts';
import { freePort, knock, ownAddress, settled } from '../../../support/node-port.ts';
import { skipped } from '../../../support/skip.ts';
import { fakeClock } from '../control-plane/fake-clock.ts';
import '../../../support/bundles.ts';

const base = ownAddress().replace(/\.2$/, '');
const host = `${base}.2`;
const bridge = `${base}.3`;
const client = `${base}.7`;
const pods = { here: `${base}.20`, elsewhere: `${base}.21` };

interface Bench {
  readonly proxy: ServiceProxy;
  readonly nodePort: number;
  readonly failures: string[];
  listeners: readonly NodeListener[];
  /** The newest view: this policy, and these endpoints. Resolves when it is applied. */
  put(
    policy: 'Cluster' | 'Local',
    endpoints: readonly EndpointView[],
    more?: Partial<ProxiedService>,
  ): Promise<void>;
  endpoint(where: 'here' | 'elsewhere', more?: Partial<EndpointView>): EndpointView;
  /** Pod and source address that served, or what else a client meets. */
  knock(limitMs?: number): Promise<string>;
}

async function withProxy(
  work: (bench: Bench) => Promise<void>,
  minSyncMs = 0,
  clock: WallClock = systemClock,
) {
  const nodePort = await freePort(host);
  const podPort = await freePort(pods.here);
  const sockets: Socket[] = [];
  const servers = Object.entries(pods).map(([name, address]) =>
    createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', () => socket.write(`${name} from ${socket.remoteAddress}`));
    }).listen({ host: address, port: podPort }),
  );
  for (const server of servers) if (!server.listening) await once(server, 'listening');
  const failures: string[] = [];
  const proxy = serviceProxy({
    node: 'node-a',
    address: host,
    bridgeAddress: bridge,
    portOffset: 0,
    sharedAddress: false,
    fillerAddress: `${base}.9`,
    backlog: 16,
    minSyncMs,
    acceptorBundle: roleBundle('acceptor'),
    token: 'midflight-test',
    random: seededRandom(7),
    emitListeners(listeners) {
      bench.listeners = listeners;
    },
    failed: (reason) => failures.push(reason),
    clock,
  });
  const service = (externalTrafficPolicy: 'Cluster' | 'Local'): ProxiedService => ({
    namespace: 'web',
    name: 'ingress',
    type: 'LoadBalancer',
    externalTrafficPolicy,
    nodePorts: [{ port: 80, nodePort }],
    healthCheckNodePort: externalTrafficPolicy === 'Local' ? healthPort : null,
  });
  const healthPort = nodePort === 65_535 ? nodePort - 1 : nodePort + 1;
  const bench: Bench = {
    proxy,
    nodePort,
    failures,
    listeners: [],
    async put(policy, endpoints, more = {}) {
      proxy.update([{ ...service(policy), ...more }], new Map([['web/ingress', endpoints]]));
      await proxy.synced();
    },
    endpoint: (where, more = {}) => ({
      address: pods[where],
      port: podPort,
      node: where === 'here' ? 'node-a' : 'node-b',
      ready: true,
      serving: true,
      terminating: false,
      ...more,
    }),
    knock: (limitMs) => knock({ host, port: nodePort, localAddress: client }, limitMs),
  };
  try {
    await settled(work(bench));
    assert.equal(failures, []);
  } finally {
    await proxy.stop();
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  }
}

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
  test('Local is silent where endpoints are elsewhere only, and a flip to Cluster serves them', () =>
    withProxy(async ({ put, endpoint, knock: ask }) => {
      await put('Local', [endpoint('elsewhere')]);
      assert.is(await ask(700), 'silent');
      await put('Cluster', [endpoint('elsewhere')]);
      assert.is(await ask(15_000), `elsewhere from ${host}`);
    }));

test('to a client that says no hello a pod that is gone is RST after the handshake', () =>
  withProxy(async ({ put, endpoint, knock: ask }) => {
    await put('Cluster', [endpoint('elsewhere', { port: 1 })]);
    assert.is(await ask(), 'RST');
  }));

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
      const pod = nodePort({
        host: dead.address,
        port: dead.port,
        what: 'a dead pod',
        bundle: roleBundle('acceptor'),
        token: 'midflight-test',
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
      }
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

test('its listeners are told: NodePort, healthz, and the check of Local', () =>
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
