import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventOf } from '../../../src/history/schema.ts';
import { probeWatch } from '../../../src/run/probe-watch.ts';

const start = (id: string, dueAt: number): EventOf<'start'> => ({
  type: 'start',
  t: dueAt,
  trial: 0,
  id,
  load: 'probe',
  kind: 'probe',
  lane: 'new',
  dueAt,
});
const end = (id: string, outcome: EventOf<'end'>['outcome']): EventOf<'end'> => ({
  type: 'end',
  t: 0,
  trial: 0,
  id,
  outcome,
  status: null,
  errno: null,
  connectedAt: null,
  firstByteAt: null,
  firstChunkAt: null,
  lastByteAt: null,
  longestSilenceNs: 0,
  bodyBytes: 0,
  chunks: 0,
  local: null,
  path: null,
  freshConnection: null,
});

test('a window without a failure is stable, and not before it is whole', () => {
  const watch = probeWatch();
  for (let due = 0; due <= 100; due += 10) {
    watch.observe(start(`${due}`, due));
    watch.observe(end(`${due}`, 'completed'));
  }
  assert.is(watch.stableSince(0, 99, 100, 50), false);
  assert.is(watch.stableSince(0, 100, 100, 50), true);
  assert.is(watch.stableSince(40, 100, 100, 50), false);
});

test('the window begins anew after a failure', () => {
  const watch = probeWatch();
  for (let due = 0; due <= 200; due += 10) {
    watch.observe(start(`${due}`, due));
    watch.observe(end(`${due}`, due === 60 ? 'refused' : 'completed'));
  }
  assert.is(watch.failed, 1);
  assert.is(watch.stableSince(0, 159, 100, 50), false);
  assert.is(watch.stableSince(0, 160, 100, 50), true);
});

test('an unanswered probe holds the window back, and fails it after its time-out', () => {
  const watch = probeWatch();
  watch.observe(start('a', 100));
  assert.is(watch.stableSince(0, 140, 120, 50), false, 'known only up to 100');
  assert.is(watch.stableSince(0, 200, 90, 50), true, 'it failed at 100; 90 more have passed');
  assert.is(watch.stableSince(0, 180, 90, 50), false);
});

test('without probes time alone decides', () => {
  const watch = probeWatch();
  assert.is(watch.stableSince(0, 99, 100, 50), false);
  assert.is(watch.stableSince(0, 100, 100, 50), true);
});

test.run();
