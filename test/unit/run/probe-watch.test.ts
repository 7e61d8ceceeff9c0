import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bareEnd } from '../../../src/history/bare-end.ts';
import type { EventOf } from '../../../src/history/schema.ts';
import { probeWatch } from '../../../src/run/probe-watch.ts';
import { probeStart } from '../../support/probe-start.ts';

const end = (id: string, outcome: EventOf<'end'>['outcome']) => bareEnd({ t: 0, trial: 0, id, outcome });

test('a window without a failure is stable, and not before it is whole', () => {
  const watch = probeWatch();
  for (let due = 0; due <= 100; due += 10) {
    watch.observe(probeStart(`${due}`, due));
    watch.observe(end(`${due}`, 'completed'));
  }
  assert.is(watch.stableSince(0, 99, 100, 50), false);
  assert.is(watch.stableSince(0, 100, 100, 50), true);
  assert.is(watch.stableSince(40, 100, 100, 50), false);
});

test('the window begins anew after a failure', () => {
  const watch = probeWatch();
  for (let due = 0; due <= 200; due += 10) {
    watch.observe(probeStart(`${due}`, due));
    watch.observe(end(`${due}`, due === 60 ? 'refused' : 'completed'));
  }
  assert.is(watch.failed, 1);
  // From the first success after it, as the analysis counts.
  assert.is(watch.stableSince(0, 169, 100, 50), false);
  assert.is(watch.stableSince(0, 170, 100, 50), true);
});

test('a failure that is reported late counts from when it was due, and successes in any order', () => {
  const watch = probeWatch();
  for (const due of [0, 10, 20, 30, 40, 50]) watch.observe(probeStart(`${due}`, due));
  for (const due of [30, 0, 50, 40, 20]) watch.observe(end(`${due}`, 'completed'));
  assert.is(watch.stableSince(0, 60, 10, 200), true, 'all before the one that is pending');
  watch.observe(end('10', 'connect-timeout'));
  assert.is(watch.stableSince(0, 119, 100, 50), false);
  assert.is(watch.stableSince(0, 120, 100, 50), true);
});

test('each lane must be well by itself', () => {
  const watch = probeWatch();
  const of = (lane: 'new' | 'reused', due: number, outcome: EventOf<'end'>['outcome']) => {
    watch.observe({ ...probeStart(`${lane}${due}`, due), lane });
    watch.observe(end(`${lane}${due}`, outcome));
  };
  for (let due = 0; due <= 100; due += 10) {
    of('reused', due + 5, 'completed');
    of('new', due, due === 50 ? 'refused' : 'completed');
  }
  assert.is(watch.stableSince(0, 149, 90, 50), false, 'the next of its own lane was due at 60');
  assert.is(watch.stableSince(0, 150, 90, 50), true);
});

test('an unanswered probe holds the window back, and fails it after its time-out', () => {
  const watch = probeWatch();
  watch.observe(probeStart('first', 0));
  watch.observe(end('first', 'completed'));
  watch.observe(probeStart('a', 100));
  assert.is(watch.stableSince(0, 140, 120, 50), false, 'known only up to 100');
  watch.observe(probeStart('b', 110));
  assert.is(watch.stableSince(0, 155, 30, 50), false, 'it failed at 100, and none has succeeded since');
  watch.observe(end('b', 'completed'));
  assert.is(watch.stableSince(0, 199, 90, 50), false);
  assert.is(watch.stableSince(0, 200, 90, 50), true, 'since 110 all is well');
});

test('without probes time alone decides', () => {
  const watch = probeWatch();
  assert.is(watch.stableSince(0, 99, 100, 50), false);
  assert.is(watch.stableSince(0, 100, 100, 50), true);
});

test.run();
