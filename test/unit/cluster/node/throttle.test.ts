import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { timersOf } from '../../../../src/base/timers.ts';
import { throttle } from '../../../../src/cluster/node/throttle.ts';
import { fakeClock } from '../control-plane/fake-clock.ts';

/** Seconds at which the action ran, of a throttle of 2 s. */
function throttled() {
  const clock = fakeClock();
  const ran: number[] = [];
  return { clock, ran, ...throttle(2000, () => void ran.push(clock.now() / 1e9), timersOf(clock)) };
}

test('the first is done at once, and all that follow within the time once at its end', async () => {
  const { clock, ran, ask } = throttled();
  ask();
  assert.equal(ran, [0]);
  await clock.advance(500);
  ask();
  ask();
  await clock.advance(1000);
  assert.equal(ran, [0]);
  await clock.advance(5000);
  assert.equal(ran, [0, 2]);
});

test('after a quiet time the next is done at once again', async () => {
  const { clock, ran, ask } = throttled();
  ask();
  await clock.advance(3000);
  ask();
  assert.equal(ran, [0, 3]);
});

test('once stopped nothing more is done', async () => {
  const { clock, ran, ask, stop } = throttled();
  ask();
  ask();
  stop();
  await clock.advance(10_000);
  ask();
  assert.equal(ran, [0]);
});

test.run();
