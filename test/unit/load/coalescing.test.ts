import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { coalesceFrom, coalescing } from '../../../src/load/recorder/coalescing.ts';

/** Turns of the loop in so many ms, with nothing in it but us; `enough` of them end it before. */
async function turnsIn(ms: number, enough = Number.POSITIVE_INFINITY): Promise<number> {
  const until = performance.now() + ms;
  let turns = 0;
  for (; turns < enough && performance.now() < until; turns += 1)
    await new Promise((resolve) => setImmediate(resolve));
  return turns;
}

test('while many streams are open the loop turns every few milliseconds, else as it pleases', async () => {
  let open = 1;
  const opened = coalescing(() => open);
  opened();
  assert.is(await turnsIn(5000, 500), 500);
  for (const round of [1, 2]) {
    open = coalesceFrom;
    opened();
    opened();
    await turnsIn(5);
    // Each turn sleeps 3 ms: a busy machine makes them fewer, never more.
    assert.ok((await turnsIn(150)) <= 55, `round ${round}`);
    open = coalesceFrom - 1;
    await turnsIn(5);
    assert.is(await turnsIn(5000, 500), 500, `round ${round}`);
  }
});

test.run();
