import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { slowness } from '../../../src/run/slowness.ts';
import { runState } from '../../../src/run/state.ts';

const late = (maxMs: number) =>
  ({ type: 'lateness', t: 1, instrument: 'probe', windowMs: 1000, count: 1, p99Ms: maxMs, maxMs }) as const;

test('a machine that keeps up is not blamed', () => {
  const state = runState();
  state.observe(late(99));
  state.message('edge', { type: 'answered', ms: 99 });
  assert.is(slowness(state, { timeScale: 10 }), null);
});

test('requests that began late, or processes that answered late, are named with their figure', () => {
  const state = runState();
  state.observe(late(250));
  assert.is(
    slowness(state, { timeScale: 1 })?.what,
    'this machine was too slow: requests began up to 250 ms late',
  );
  assert.is(slowness(state, { timeScale: 1 })?.advice, 'End other programs, lower the load');
  state.message('edge', { type: 'answered', ms: 400 });
  const worse = slowness(state, { timeScale: 20 });
  assert.is(worse?.what, 'this machine was too slow: our own processes took up to 400 ms to answer');
  assert.match(worse?.advice ?? '', 'lower timeScale (20)');
});

test('each trial is judged by itself; what is gone for good stays gone', () => {
  const state = runState();
  state.observe(late(250));
  state.failForGood({ code: 'instrument-failed', text: 'watchdog: ended' });
  state.failForGood({ code: 'instrument-failed', text: 'a second one' });
  assert.equal(state.failures.length, 2);
  state.beginTrial();
  assert.is(slowness(state, { timeScale: 1 }), null);
  assert.equal([state.failures.length, state.gone?.text], [0, 'watchdog: ended']);
});

test.run();
