import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { errnoOf } from '../../../src/base/errors.ts';
import { niceOf } from '../../../src/base/priority.ts';
import { edgeRig, quickPreset, type Rig, servicesPath } from '../../support/edge-rig.ts';
import { within } from '../../support/within.ts';

type Preset = Parameters<typeof quickPreset>[1];

const rigTest =
  (nodes: number, preset: Preset, work: (rig: Rig) => Promise<void>, more: object = {}) =>
  async () => {
    const rig = await edgeRig({ nodes, ...more }, (port) => quickPreset(port, preset));
    try {
      await within('the test', work(rig), 60_000);
    } finally {
      await rig.stop();
    }
  };

/** Each node answers every byte with its name, and keeps the connection. */
async function echoNames(rig: Rig): Promise<void> {
  for (const { name } of rig.nodes) {
    await rig.serve(name, (socket) => {
      socket.on('data', () => socket.write(name));
      socket.on('end', () => socket.end());
    });
  }
}

/** Asks over a new connection; resolves with the node's name and the open socket, or the errno. */
async function ask(rig: Rig): Promise<{ answer: string; socket: Socket }> {
  const socket = connect({ host: rig.host, port: rig.port });
  socket.write('?');
  const answer = await new Promise<string>((resolve) => {
    socket.once('data', (bytes) => resolve(bytes.toString()));
    socket.on('error', (error) => resolve(errnoOf(error) ?? 'error'));
    socket.once('end', () => resolve('FIN'));
  });
  return { answer, socket };
}

async function names(rig: Rig, count: number): Promise<string[]> {
  const seen = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const { answer, socket } = await ask(rig);
    seen.add(answer);
    socket.destroy();
  }
  return [...seen].sort();
}

/** Open connections until each of `wanted` has one. */
async function holdOneOn(rig: Rig, wanted: readonly string[]): Promise<Map<string, Socket>> {
  const held = new Map<string, Socket>();
  for (let tries = 0; tries < 200 && held.size < wanted.length; tries += 1) {
    const { answer, socket } = await ask(rig);
    if (wanted.includes(answer) && !held.has(answer)) held.set(answer, socket);
    else socket.destroy();
  }
  return held;
}

/** How a held connection fares within `ms`: what came, or that it still answers. */
async function fateOf(socket: Socket | undefined, ms: number): Promise<string> {
  if (socket === undefined) return 'none';
  const end = new Promise<string>((resolve) => {
    socket.on('error', (error) => resolve(errnoOf(error) === 'ECONNRESET' ? 'RST' : 'error'));
    socket.on('end', () => resolve('FIN'));
  });
  const early = await Promise.race([end, sleep(ms).then(() => null)]);
  if (early !== null) return early;
  socket.write('?');
  return Promise.race([end, once(socket, 'data').then(() => 'alive'), sleep(1000).then(() => 'silent')]);
}

const setHealth = (rig: Rig, node: string, health: number | 'silent') => {
  const found = rig.nodes.find(({ name }) => name === node);
  if (found !== undefined) found.health = health;
};
const ejected = (rig: Rig, node: string) =>
  rig.event('health', (event) => event.node === node && event.reason !== 'added' && !event.healthy);

/** Tried on this process, and taken back. */
function mayGoFirst(): boolean {
  try {
    setPriority(process.pid, -1);
    setPriority(process.pid, 0);
    return true;
  } catch {
    return false;
  }
}

const test = suite('the balancer');

test(
  'spreads connections over the healthy nodes, ejects one that fails and readmits it',
  rigTest(3, {}, async (rig) => {
    await echoNames(rig);
    assert.equal(await names(rig, 40), ['node-0', 'node-1', 'node-2']);
    setHealth(rig, 'node-1', 503);
    const { t } = await ejected(rig, 'node-1');
    assert.equal(await names(rig, 40), ['node-0', 'node-2']);
    setHealth(rig, 'node-1', 200);
    await rig.event('health', (event) => event.node === 'node-1' && event.healthy && event.t > t);
    assert.equal(await names(rig, 60), ['node-0', 'node-1', 'node-2']);
    const checks = rig.events.flatMap((event) => (event.type === 'check' ? [event] : []));
    assert.ok(checks.some(({ node, ok, detail }) => node === 'node-1' && !ok && detail === '503'));
    assert.ok(
      rig.nodes.every((node) =>
        node.checks.every(({ from, path }) => from === rig.host && path === '/healthz'),
      ),
    );
  }),
);

test("a lane's k-th connection goes to the same node in two runs, whatever the order of arrival and who else connects", async () => {
  const lane = { name: 'streams', first: 12_000, count: 200 };
  const askFrom = async (rig: Rig, port: number): Promise<string> => {
    const socket = connect({ host: rig.host, port: rig.port, localPort: port, localAddress: rig.host });
    socket.write('?');
    const [bytes] = await once(socket, 'data');
    socket.destroy();
    return String(bytes);
  };
  const orders: string[][] = [];
  for (const backwards of [false, true]) {
    const work = async (rig: Rig) => {
      await echoNames(rig);
      rig.edge.send({ type: 'trial', seed: 11 });
      await rig.sync();
      const ports = Array.from({ length: 12 }, (_, k) => lane.first + k);
      const met = new Map<number, string>();
      for (const port of backwards ? [...ports].reverse() : ports) {
        if (backwards) await names(rig, 1); // of no lane
        met.set(port, await askFrom(rig, port));
      }
      orders.push(ports.map((port) => met.get(port) ?? ''));
    };
    await rigTest(3, {}, work, { lanes: [lane] })();
  }
  assert.equal(orders[0], orders[1]);
  assert.ok(new Set(orders[0]).size > 1);
});

test('who comes from no lane is chosen for by the seed and the order of arrival', async () => {
  const orders: string[][] = [];
  for (let run = 0; run < 2; run += 1) {
    await rigTest(3, {}, async (rig) => {
      await echoNames(rig);
      const order: string[] = [];
      for (let index = 0; index < 12; index += 1) {
        const { answer, socket } = await ask(rig);
        order.push(answer);
        socket.destroy();
      }
      orders.push(order);
    })();
  }
  assert.equal(orders[0], orders[1]);
});

test(
  'it goes first where the system allows it, and runs all the same where not',
  rigTest(1, {}, async (rig) => {
    await echoNames(rig);
    assert.equal(await names(rig, 1), ['node-0']);
    assert.is(getPriority(rig.edge.pid), mayGoFirst() ? niceOf.instrument : 0);
  }),
);

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

test(
  'nodes left out by name get nothing, and a Service that is not there refuses',
  rigTest(
    2,
    {},
    async (rig) => {
      await echoNames(rig);
      assert.equal(await names(rig, 20), ['node-0']);
      rig.api.remove(servicesPath, 'ingress');
      await sleep(300);
      assert.equal(await names(rig, 2), ['ECONNRESET']);
    },
    { excludeNodes: ['node-1'] },
  ),
);

test(
  'the client address is kept towards the node where asked',
  rigTest(
    1,
    {},
    async (rig) => {
      const from: (string | undefined)[] = [];
      await rig.serve('node-0', (socket) => {
        from.push(socket.remoteAddress);
        socket.end('x');
      });
      const client = rig.host.replace(/\d+$/, '77');
      const socket = connect({ host: rig.host, port: rig.port, localAddress: client });
      await once(socket, 'data');
      assert.equal(from, [client]);
      const close = await rig.event('edge-close');
      assert.ok(close.client.startsWith(`${client}:`) && close.upstreamLocal?.startsWith(`${client}:`));
    },
    { bindClientAddress: true },
  ),
);

test(
  'more connections than one process may hold go to another, and fare the same',
  rigTest(
    2,
    { onEjected: 'reset' },
    async (rig) => {
      await echoNames(rig);
      const open = await Promise.all(Array.from({ length: 12 }, () => ask(rig)));
      assert.ok(open.every(({ answer }) => answer.startsWith('node-')));
      const on = (name: string) => open.filter(({ answer }) => answer === name).map(({ socket }) => socket);
      const reset = Promise.all(on('node-0').map((socket) => fateOf(socket, 8000)));
      setHealth(rig, 'node-0', 503);
      assert.ok((await reset).every((fate) => fate === 'RST'));
      const alive = await Promise.all(on('node-1').map((socket) => fateOf(socket, 50)));
      assert.ok(alive.length > 0 && alive.every((fate) => fate === 'alive'));
      for (const socket of on('node-1')) socket.end();
      for (const { socket } of open) {
        if (!socket.closed) await once(socket, 'close');
      }
      await sleep(50);
      await rig.sync();
      const closes = rig.events.flatMap((event) => (event.type === 'edge-close' ? [event] : []));
      assert.is(closes.length, 12);
      assert.is(closes.filter(({ clientEnd }) => clientEnd === 'edge-reset').length, on('node-0').length);
      assert.ok(closes.every(({ connect: result, bytesUp }) => result === 'connected' && bytesUp >= 1));
    },
    { connectionsPerProcess: 4 },
  ),
);

test(
  'at its end it closes and logs what is open',
  rigTest(1, {}, async (rig) => {
    await echoNames(rig);
    const { socket } = await ask(rig);
    socket.on('error', () => {});
    await rig.edge.stop();
    const close = await rig.event('edge-close');
    assert.equal([close.clientEnd, close.upstreamEnd, close.bytesDown], ['edge-closed', 'edge-closed', 6]);
  }),
);

test.run();
