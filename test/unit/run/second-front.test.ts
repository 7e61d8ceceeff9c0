import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { secondFront, shownFront } from '../../../src/run/second-front.ts';

const health = (node: string, healthy: boolean, t = 1): HistoryEvent => ({
  type: 'health',
  t,
  node,
  eligible: true,
  healthy,
  reason: '200',
});
const reconcile = (policy: 'Cluster' | 'Local', nodes: string[], t = 1): HistoryEvent => ({
  type: 'reconcile',
  t,
  policy,
  healthCheckNodePort: null,
  nodes,
});
const opened = (conn: number, node: string): HistoryEvent => ({
  type: 'edge-open',
  t: 1,
  conn,
  client: '127.0.0.1:1',
  node,
});

function rig() {
  const events: HistoryEvent[] = [];
  const clock = { now: () => 50 } as never;
  const shown = shownFront({ record: (event) => void events.push(event), clock });
  return { events, shown };
}

test('the history has every connection of both, and targets and verdicts of the one that is shown', () => {
  const { events, shown } = rig();
  shown.first.record(reconcile('Cluster', ['a', 'b']));
  shown.second.record(reconcile('Local', ['a']));
  shown.second.record(health('a', true));
  shown.first.record(health('b', true));
  shown.second.record(opened(1_000_000_000, 'a'));
  assert.equal(
    events.map(({ type }) => type),
    ['reconcile', 'health', 'edge-open'],
  );
  assert.ok(shown.second.balancer.healthy.has('a'), 'it is watched all the same');
  assert.is(shown.first.balancer.openConnections('a'), 0, 'each counts its own');
});

test('when the second balancer is shown, the history first records what it holds', () => {
  const { events, shown } = rig();
  shown.first.record(health('b', true));
  shown.second.record(reconcile('Local', ['a']));
  shown.second.record(health('a', true));
  events.length = 0;
  shown.show('second');
  assert.equal(events, [
    { ...health('b', false, 50), eligible: false, reason: 'other balancer' },
    reconcile('Local', ['a'], 50),
    { ...health('a', true, 50), reason: 'other balancer' },
  ]);
  events.length = 0;
  shown.first.record(health('b', false));
  assert.equal(events, []);
  shown.show('first');
  assert.equal(events.at(-1), { ...health('b', false, 50), reason: 'other balancer' });
});

const edge = {
  ready: { host: '127.0.0.2', port: 81 },
  send() {},
  onMessage: () => () => {},
  stop: async () => {},
};

test('whether a node of the second front passes connections on is asked until it does, at most ten times a second, and anew for each', async () => {
  const { shown } = rig();
  let now = 0;
  let asked = 0;
  const listeners: ((message: { type: 'reached'; nodes: string[] }) => void)[] = [];
  const launch = async () => ({
    ...edge,
    send() {
      asked += 1;
    },
    onMessage(listener: (typeof listeners)[number]) {
      listeners.push(listener);
      return () => {};
    },
  });
  const second = secondFront(shown, 'web', launch, { now: () => now });
  assert.is(second.passes('a'), false, 'there is none yet');
  await second.begin('ingress-second');
  now += 100e6;
  assert.equal([second.passes('a'), second.passes('b'), asked], [false, false, 1]);
  now += 99e6;
  assert.equal([second.passes('a'), asked], [false, 1]);
  now += 1e6;
  assert.equal([second.passes('a'), asked], [false, 2]);
  listeners[0]?.({ type: 'reached', nodes: ['a'] });
  assert.equal([second.passes('a'), second.passes('b'), asked], [true, false, 2]);
  await second.end();
  await second.begin('ingress-second');
  listeners[0]?.({ type: 'reached', nodes: ['a'] });
  assert.is(second.passes('a'), false, 'that was the one before');
});

test('of a second front nothing is known of the one before: its nodes are not those of the next', async () => {
  const { events, shown } = rig();
  const second = secondFront(shown, 'web', async () => edge, { now: () => 0 });
  await second.begin('ingress-second');
  shown.second.record(reconcile('Cluster', ['a', 'b']));
  shown.second.record(health('a', true));
  shown.second.record(health('b', true));
  second.show();
  await second.end();
  const balancer = await second.begin('ingress-second');
  assert.equal([balancer.policy, ...balancer.healthy], [null]);
  shown.second.record(reconcile('Local', ['a']));
  shown.second.record(health('a', true));
  assert.equal([...balancer.healthy], ['a']);
  events.length = 0;
  second.show();
  assert.equal(
    events.flatMap((event) => (event.type === 'health' ? [event.node] : [])),
    ['a'],
  );
});

test('a second front is gone at the end of the trial, once', async () => {
  const { shown } = rig();
  let stops = 0;
  const launched: string[] = [];
  const second = secondFront(
    shown,
    'web',
    async ({ name }) => {
      launched.push(name);
      return { ...edge, ready: { host: '127.0.0.2', port: 81 }, stop: async () => void stops++ };
    },
    { now: () => 0 },
  );
  await second.end();
  await second.begin('ingress-second');
  assert.equal(launched, ['ingress-second']);
  assert.equal(second.show(), { host: '127.0.0.2', port: 81 });
  await second.end();
  await second.end();
  assert.is(stops, 1);
});

test.run();
