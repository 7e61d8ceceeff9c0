import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wholeTicks } from '../../../../src/reports/html/ticks.ts';

test('whole numbers, evenly spaced, no more than asked for', () => {
  assert.equal(wholeTicks(2, 3), [0, 1, 2]);
  assert.equal(wholeTicks(7, 2), [0, 5]);
  assert.equal(wholeTicks(7, 3), [0, 2, 4, 6]);
  assert.equal(wholeTicks(118.4, 6), [0, 20, 40, 60, 80, 100]);
  assert.equal(wholeTicks(0.4, 3), [0]);
  for (const max of [1, 9, 10, 11, 99, 101, 12_345, 9_999_999]) {
    for (const most of [0.5, 1, 3, 14]) {
      const ticks = wholeTicks(max, most);
      assert.ok(ticks.length <= Math.max(1, most) + 1, `${max} ${most}: ${ticks}`);
      assert.ok(ticks.every(Number.isInteger));
      assert.ok((ticks.at(-1) ?? 0) <= max);
    }
  }
});

test.run();
