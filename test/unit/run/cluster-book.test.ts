import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { clusterBook } from '../../../src/run/side-by-side/book.ts';
import { history, ns } from '../../support/history.ts';
import { podLine } from '../../support/history-cluster.ts';

function known(events: readonly HistoryEvent[]) {
  const book = clusterBook();
  for (const event of events) book.take(event);
  return book.known();
}

const cluster = history().events().slice(1);

test('a cluster that nothing has happened on is known by the lines of its beginning', () => {
  assert.equal(known(cluster), cluster);
});

test('the topology comes first, whenever it was recorded', () => {
  assert.is(known([...cluster.slice(1), ...cluster.slice(0, 1)])[0]?.type, 'topology');
});

test('of each part the last word, in the order in which they first came; nothing of the trial itself', () => {
  const events = history()
    .trial(1000, { fault: { kind: 'power-off', node: 'stable-1' } })
    .stream({ from: 2000, to: 3000 })
    .late(2500, 'edge', { maxMs: 3 })
    .phase(4000, 'ramp')
    .reconciled(4500, 'Cluster')
    .ejected(5000, 'stable-1')
    .ready(6000, 'stable-1', 'Unknown')
    .reconciled(6500, 'Local')
    .ready(7000, 'stable-1', 'True')
    .green(8000, 'stable-1')
    .endTrial(9000)
    .events()
    .slice(1);
  const found = known(events);
  const lasting = new Set(['topology', 'service', 'endpoints', 'health', 'node', 'reconcile']);
  assert.ok(found.every(({ type }) => lasting.has(type)));
  assert.equal(
    found.slice(-2),
    events.filter(({ type, t }) => ns(6500) <= t && t <= ns(7000) && type !== 'health'),
  );
  assert.equal(
    found.slice(0, -2).map(({ type, t }) => [type, t]),
    cluster.map((event) => [
      event.type,
      event.type === 'health' && event.node === 'stable-1' ? ns(8000) : event.t,
    ]),
  );
  assert.is(found.filter((event) => event.type === 'health' && event.node === 'stable-1').length, 1);
});

test('a pod that is gone is no part any more, one that ends still is', () => {
  const pods = known([
    ...cluster,
    podLine(10),
    podLine(11, 'app'),
    podLine(20, 'ingress', { terminating: true }),
    podLine(21, 'app', { change: 'deleted' }),
  ]).filter(({ type }) => type === 'pod');
  assert.equal(pods, [podLine(20, 'ingress', { terminating: true })]);
});

test.run();
