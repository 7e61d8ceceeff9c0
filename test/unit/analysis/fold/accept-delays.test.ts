import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { acceptDelays } from '../../../../src/analysis/fold/accept-delays.ts';

const ms = 1e6;
const spansOf = (...all: readonly (readonly [number, number])[]) => {
  const delays = acceptDelays();
  for (const [from, to] of all) delays.add(from * ms, to * ms);
  return delays.spans.map(({ from, to, maxMs }) => [from / ms, to / ms, maxMs]);
};

test('short delays are of no account', () => {
  assert.equal(spansOf([0, 19]), []);
  assert.equal(spansOf([0, 20]), [[0, 20, 20]]);
});

test('delays within a second of each other are one span, with the worst of them', () => {
  assert.equal(spansOf([0, 30], [1030, 1080]), [[0, 1080, 50]]);
  assert.equal(spansOf([1030, 1080], [0, 30]), [[0, 1080, 50]]);
  assert.equal(spansOf([0, 30], [1031, 1081]), [
    [0, 30, 30],
    [1031, 1081, 50],
  ]);
});

test.run();
