import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodes } from '../../../../src/analysis/fold/nodes.ts';
import type { EventOf } from '../../../../src/history/schema.ts';
import { history, ns } from '../../../support/history.ts';
import { podLine } from '../../../support/history-cluster.ts';

const pod = (at: number, more: Partial<EventOf<'pod'>> = {}) => podLine(at, 'ingress', more);

const endsOf = (...events: EventOf<'pod'>[]) => {
  const folded = nodes();
  const record = folded.begin();
  for (const event of events) folded.take(event);
  return record.processEnds.map(({ pod: name, node, t }) => [name, node, t]);
};

test('the state outlives a trial, what changed does not', () => {
  const folded = nodes();
  const events = history({ green: ['stable-0', 'stable-1'] })
    .ejected(10, 'stable-1')
    .ready(11, 'stable-1', 'Unknown')
    .events();
  for (const event of events) {
    if (event.type === 'health' || event.type === 'node' || event.type === 'endpoints') folded.take(event);
  }
  const { before, health, nodes: conditions, endpoints } = folded.begin();
  assert.equal([...before.green], ['stable-0']);
  assert.equal([...before.notReady], ['stable-1']);
  assert.equal(before.endpoints.size, 2);
  assert.equal([health, conditions, endpoints], [[], [], []]);
});

test('a pod that is seen for the first time has not ended, however often it was restarted', () => {
  assert.equal(endsOf(pod(1, { restarts: 3 }), pod(2, { restarts: 3 })), []);
});

test('a restart is an end of its process', () => {
  assert.equal(endsOf(pod(1), pod(2, { restarts: 1 }), pod(3, { restarts: 1 })), [
    ['ingress-0', 'stable-0', ns(2)],
  ]);
});

test('so is a pod that failed for good, once', () => {
  assert.equal(
    endsOf(pod(1), pod(2, { phase: 'Failed' }), pod(3, { phase: 'Failed' }), pod(4, { change: 'deleted' })),
    [['ingress-0', 'stable-0', ns(2)]],
  );
});

test('a pod that is deleted has ended in order, and one of its name begins anew', () => {
  assert.equal(endsOf(pod(1), pod(2, { change: 'deleted', restarts: 1 }), pod(3, { restarts: 2 })), []);
});

test('the places of pods are known throughout a run', () => {
  const folded = nodes();
  folded.take(pod(1));
  folded.take(pod(2, { pod: 'pending', node: null }));
  folded.begin();
  assert.equal([...folded.podNodes], [['ingress-0', 'stable-0']]);
});

test('another cluster begins with nothing known', () => {
  const folded = nodes();
  const events = history().ready(11, 'stable-1', 'Unknown').events();
  for (const event of events) {
    if (event.type === 'health' || event.type === 'node' || event.type === 'endpoints') folded.take(event);
  }
  folded.take(pod(12, { restarts: 3 }));
  folded.forget();
  const { before, processEnds } = folded.begin();
  assert.is(before.green.size + before.notReady.size + before.endpoints.size, 0);
  assert.is(folded.podNodes.size, 0);
  folded.take(pod(13, { restarts: 4 }));
  assert.equal(processEnds, [], 'a pod of the same name is another');
});

test.run();
