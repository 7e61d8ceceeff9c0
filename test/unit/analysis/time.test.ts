import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binOf, clusterTime, reaches } from '../../../src/analysis/time.ts';

test('a length of time reaches another that is the same but for float error, and none that is longer', () => {
  const sum = [1, 1, 1].reduce((total, part) => total + (part / 10) * 1e9, 0);
  assert.ok(reaches(3e8 - 1e-7, 3e8));
  assert.ok(reaches(sum, 3e8));
  assert.ok(reaches(3e8 - 1000, 3e8), 'a microsecond');
  assert.not.ok(reaches(3e8 - 1001, 3e8));
  assert.not.ok(reaches(2e8, 3e8));
});

test('an instant at the end of a bin is in the next, float error aside', () => {
  assert.equal(
    [0, 9e8, 1e9 - 2000, 1e9 - 1e-6, 1e9].map((since) => binOf(since, 1e9)),
    [0, 0, 0, 1, 1],
  );
});

test('cluster time runs as many times as fast as the scenario has it', () => {
  const time = clusterTime(20);
  assert.is(time.seconds(1e9, 1.5e9), 10);
  assert.is(time.ns(10_000), 5e8);
  assert.is(time.ms(5e8), 10_000);
});

test.run();
