import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { abortsAfter } from '../../../src/base/limit.ts';

test('a fraction of a millisecond is no error: compressed times are fractions', async () => {
  const signal = abortsAfter(10 / 3);
  assert.not(signal.aborted);
  await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
  assert.is(signal.reason.name, 'TimeoutError');
});

test('a time longer than any timer lasts does not abort at once', async () => {
  const signal = abortsAfter(60 * 24 * 3_600_000);
  await new Promise((done) => setTimeout(done, 20));
  assert.not(signal.aborted);
});

test.run();
