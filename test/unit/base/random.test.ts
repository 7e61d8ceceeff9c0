import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pick, seededRandom, seedOf } from '../../../src/base/random.ts';

const sequence = (seed: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: 1000 }, () => random());
};

test('the same seed gives the same choices, another seed others', () => {
  assert.equal(sequence(7), sequence(7));
  assert.not.equal(sequence(7), sequence(8));
});

test('numbers are in [0, 1) and even enough to choose nodes by', () => {
  const counts = [0, 0, 0, 0];
  for (const value of sequence(1)) {
    assert.ok(value >= 0 && value < 1);
    counts[Math.floor(value * 4)] = (counts[Math.floor(value * 4)] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 180 && count < 320, `${count}`);
});

test('a seed depends on every word and on their borders', () => {
  assert.is(seedOf(1, 'edge'), seedOf(1, 'edge'));
  assert.is.not(seedOf(1, 'edge'), seedOf(2, 'edge'));
  assert.is.not(seedOf('ab', 'c'), seedOf('a', 'bc'));
});

test('pick() of nothing is nothing', () =>
  assert.is(
    pick(() => 0.5, []),
    undefined,
  ));

test.run();
