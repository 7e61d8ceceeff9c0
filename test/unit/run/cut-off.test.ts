import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cutOff } from '../../../src/run/cut-off.ts';
import { runState } from '../../../src/run/state.ts';
import { virtualTime } from '../../support/virtual-time.ts';

/** A load that is idle so long after it was cancelled; null: never. */
function cut(idleAfterMs: number | null, signal = new AbortController().signal) {
  const time = virtualTime();
  const state = runState(undefined, time.timers);
  let idle = false;
  let cancelled = 0;
  const load = {
    idle: () => idle,
    cancel: () => {
      cancelled += 1;
      if (idleAfterMs !== null)
        time.timers.after(idleAfterMs, () => {
          idle = true;
        });
    },
  };
  const ended = time
    .until(cutOff({ state, signal }, load))
    .then(() => ({ cancelled, idle, ms: time.nowMs() }));
  return ended;
}

test('what is in flight is cancelled, and its end is waited for', async () => {
  assert.equal(await cut(1200), { cancelled: 1, idle: true, ms: 1200 });
});

test('it is not waited for without end, and less after Ctrl-C', async () => {
  assert.equal(await cut(null), { cancelled: 1, idle: false, ms: 5000 });
  assert.equal(await cut(null, AbortSignal.abort()), { cancelled: 1, idle: false, ms: 2000 });
});

test('if nothing is in flight nothing is cancelled', async () => {
  const state = runState();
  const load = { idle: () => true, cancel: () => assert.unreachable() };
  await cutOff({ state, signal: new AbortController().signal }, load);
});

test.run();
