import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ingressLogFold } from '../../../../src/analysis/fold/ingress-log.ts';

const line = (id: string | null) =>
  ({
    type: 'ingress',
    t: 1,
    pod: 'ingress-0',
    node: null,
    id,
    source: 'a',
    status: 200,
    durationMs: null,
  }) as const;

test("an ingress' line may come before or after the recorder's", () => {
  const log = ingressLogFold();
  log.logged(line('early'), 'a');
  log.started('early');
  log.started('late');
  log.logged(line('late'), 'b');
  log.started('never');
  assert.equal(
    ['early', 'late', 'never'].map((id) => [log.has(id), log.nodeOf(id)]),
    [
      [true, 'a'],
      [true, 'b'],
      [false, null],
    ],
  );
});

test('logged by an ingress of which the node is not known', () => {
  const log = ingressLogFold();
  log.started('one');
  log.logged(line('one'), null);
  assert.equal([log.has('one'), log.nodeOf('one')], [true, null]);
});

test('forgotten once it is no longer needed', () => {
  const log = ingressLogFold();
  log.started('one');
  log.logged(line('one'), 'a');
  log.ended('one', false);
  assert.is(log.has('one'), true);
  log.ended('one', true);
  assert.is(log.has('one'), false);
});

test('any line at all shows that ingresses log', () => {
  const log = ingressLogFold();
  assert.is(log.any, false);
  log.logged(line(null), 'a');
  assert.is(log.any, true);
});

test('of strangers only the latest thousand are kept', () => {
  const log = ingressLogFold();
  for (let id = 0; id < 1001; id += 1) log.logged(line(`${id}`), 'a');
  log.started('0');
  log.started('1');
  assert.equal([log.has('0'), log.has('1')], [false, true]);
});

test.run();
