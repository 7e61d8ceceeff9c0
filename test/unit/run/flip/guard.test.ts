import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HistoryEvent } from '../../../../src/history/schema.ts';
import { flipGuard } from '../../../../src/run/flip/guard.ts';

const test = suite('the guard of a flip');
const budget = { maxLost: 1, maxFailed: 2, rate: 10, stabilityNs: 1e9, probeTimeoutNs: 1e9 };
const start = (id: string, lane: 'new' | 'reused' | null) =>
  ({ type: 'start', id, kind: lane === null ? 'stream' : 'probe', lane, dueAt: 0, t: 0 }) as HistoryEvent;
const end = (id: string, outcome: string) => ({ type: 'end', id, outcome, t: 0 }) as HistoryEvent;
const late = (maxMs: number) => ({ type: 'lateness', instrument: 'probe', maxMs, t: 0 }) as HistoryEvent;

function failing(guard: ReturnType<typeof flipGuard>, ids: readonly string[], lane: 'new' | 'reused' | null) {
  for (const id of ids) {
    guard.observe(start(id, lane));
    guard.observe(end(id, 'refused'));
  }
}

test('more lost streams than may be stop it, and what was lost before it began does not count', () => {
  const guard = flipGuard(budget);
  failing(guard, ['s1', 's2', 's3'], null);
  guard.begin();
  failing(guard, ['s4'], null);
  guard.observe(end('s5', 'cancelled'));
  assert.is(guard.stop.aborted, false);
  failing(guard, ['s6'], null);
  assert.is(guard.stop.reason.message, '2 streams were lost, and 1 may be (--max-lost)');
});

test('failed probes count in each lane by itself', () => {
  const guard = flipGuard(budget);
  guard.begin();
  failing(guard, ['p1', 'p2'], 'new');
  failing(guard, ['p3', 'p4'], 'reused');
  assert.is(guard.stop.aborted, false);
  assert.is(guard.failed, 2);
  failing(guard, ['p5'], 'reused');
  assert.match(guard.stop.reason.message, '3 probes on reused connections failed, and 2 may');
});

test('clients are well if probes have been good for long enough; without probes nothing can be held against them', () => {
  const guard = flipGuard(budget);
  failing(guard, ['p1'], 'new');
  assert.is(guard.wellSince(0, 5e9), false);
  guard.observe(start('p2', 'new'));
  guard.observe(end('p2', 'completed'));
  assert.is(guard.wellSince(0, 5e9), false, 'due no later than the failure');
  guard.observe({ ...start('p3', 'new'), dueAt: 1e9 } as HistoryEvent);
  guard.observe(end('p3', 'completed'));
  assert.is(guard.wellSince(0, 1.9e9), false);
  assert.is(guard.wellSince(0, 2e9), true);
  assert.is(flipGuard({ ...budget, rate: 0 }).wellSince(0, 0), true);
});

test('an instrument that was too late to see an outage stops it, as one that ended does', () => {
  const guard = flipGuard(budget);
  guard.begin();
  guard.observe(late(150));
  assert.is(guard.stop.aborted, false);
  guard.observe(late(250));
  assert.is(guard.stop.reason.code, 'instrument-failed');
  const other = flipGuard(budget);
  other.begin();
  other.observe({
    type: 'instrument-failed',
    t: 0,
    instrument: 'recorder',
    code: 'ended-unexpectedly',
    reason: 'it ended by SIGKILL',
  });
  assert.is(other.stop.reason.message, 'recorder: it ended by SIGKILL');
});

test.run();
