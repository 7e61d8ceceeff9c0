import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { abortController, abortsAfter, abortsWith } from '../../../src/base/signals.ts';

test('a fraction of a millisecond is no error: compressed times are fractions', async () => {
  const signal = abortsAfter(10 / 3);
  assert.not(signal.aborted);
  const alive = setTimeout(() => {}, 5000); // the signal's own timer keeps no process alive
  await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
  clearTimeout(alive);
  assert.is(signal.reason.name, 'TimeoutError');
});

test('a time longer than any timer lasts does not abort at once', async () => {
  const signal = abortsAfter(60 * 24 * 3_600_000);
  await new Promise((done) => setTimeout(done, 20));
  assert.not(signal.aborted);
});

test('a signal that ends the work on many nodes warns of no leak, nor does one that is made of it', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const controller = abortController();
  for (const signal of [
    controller.signal,
    abortsAfter(1000),
    abortsWith(controller.signal, abortsAfter(1000)),
  ])
    for (let node = 0; node < 50; node += 1) signal.addEventListener('abort', () => {});
  await new Promise((done) => setTimeout(done, 20));
  process.off('warning', onWarning);
  assert.equal(warnings, []);
});

test('the first of several signals ends what they make together, with its reason', () => {
  const [one, other] = [abortController(), abortController()];
  const both = abortsWith(one.signal, other.signal);
  assert.not(both.aborted);
  other.abort(new Error('the second'));
  assert.is(both.reason.message, 'the second');
});

test.run();
