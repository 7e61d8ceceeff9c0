import { once } from 'node:events';
import { connect } from 'node:net';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { niceOf } from '../../../src/base/priority.ts';
import { ask, echoNames, ejected, fateOf, names, rigTest, setHealth } from '../../support/balancer.ts';
import { type Rig, servicesPath } from '../../support/edge-rig.ts';
import { eventually } from '../../support/node-port.ts';

const test = suite('the balancer');

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
      const closesOf = () => rig.events.flatMap((event) => (event.type === 'edge-close' ? [event] : []));
      await eventually(() => closesOf().length >= 12);
      await rig.sync();
      const closes = closesOf();
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

test(
  'at its end connections in another process are closed as well, and none is reset',
  rigTest(
    1,
    {},
    async (rig) => {
      await echoNames(rig);
      const open = await Promise.all(Array.from({ length: 6 }, () => ask(rig)));
      const fates = Promise.all(open.map(({ socket }) => fateOf(socket, 8000)));
      await rig.edge.stop();
      assert.equal(new Set(await fates), new Set(['FIN']));
      const closes = rig.events.flatMap((event) => (event.type === 'edge-close' ? [event] : []));
      assert.equal(
        closes.map(({ clientEnd }) => clientEnd),
        Array(6).fill('edge-closed'),
      );
    },
    { connectionsPerProcess: 2 },
  ),
);

test.run();
