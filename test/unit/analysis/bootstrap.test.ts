import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bootstrapMedian } from '../../../src/analysis/bootstrap.ts';
import { seededRandom } from '../../../src/base/random.ts';

const exact = (...values: number[]) => values.map((value) => ({ low: value, high: value }));

test('one repeat shows nothing about the spread', () => {
  assert.is(bootstrapMedian([]), null);
  assert.is(bootstrapMedian(exact(20)), null);
});

test('few repeats: the whole range, and the confidence that it can have at most', () => {
  assert.equal(bootstrapMedian(exact(20, 24)), { low: 20, high: 24, confidence: 0.5 });
  assert.equal(bootstrapMedian(exact(20, 24, 21)), { low: 20, high: 24, confidence: 0.75 });
  assert.is(bootstrapMedian(exact(1, 2, 3, 4, 5))?.confidence, 0.9375);
  assert.is(bootstrapMedian(exact(1, 2, 3, 4, 5, 6))?.confidence, 0.95);
});

test('the resolution of each repeat widens it', () => {
  const found = bootstrapMedian([
    { low: 19, high: 21 },
    { low: 22, high: 25 },
  ]);
  assert.equal([found?.low, found?.high], [19, 25]);
});

test('the same repeats give the same interval, in any order of calls', () => {
  const repeats = exact(20.1, 21.7, 19.4, 24.9, 20.8, 22.2, 21.1);
  const first = bootstrapMedian(repeats);
  bootstrapMedian(exact(1, 2, 3));
  assert.equal(bootstrapMedian(repeats), first);
});

test('of twenty repeats it holds the true median in about 95 % of experiments', () => {
  // The uniform distribution on 0..10: its median is 5.
  const random = seededRandom(11);
  const experiments = 300;
  let inside = 0;
  for (let index = 0; index < experiments; index += 1) {
    const found = bootstrapMedian(exact(...Array.from({ length: 20 }, () => random() * 10)));
    if (found !== null && found.low <= 5 && found.high >= 5) inside += 1;
  }
  assert.ok(inside / experiments > 0.9 && inside / experiments < 0.99, `${inside} of ${experiments}`);
});

test.run();
