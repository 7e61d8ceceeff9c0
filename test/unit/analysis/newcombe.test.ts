import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Difference,
  independentDifference,
  isBeyondChance,
  pairedDifference,
} from '../../../src/analysis/newcombe.ts';

/*
 * Reference values made without the code under test. The two papers themselves were not at hand: their tables are quoted here
 * as others quote them, and each row was computed anew, independent shares by the Python package diff-binom-confint 0.1.0
 * (method "wilson"), pairs by a second implementation after the description in the R package contingencytables 3.0.0
 * (Newcombe_square_and_add_CI_paired_2x2, by the authors of the 2014 paper). All agree to the four decimals.
 */

/** To four decimals. */
function prints(found: Difference | null, low: number, high: number): void {
  assert.ok(found !== null);
  assert.equal([found.low.toFixed(4), found.high.toFixed(4)], [low.toFixed(4), high.toFixed(4)]);
}

test("independent shares: the examples of the paper's table", () => {
  // R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10, rows a to h.
  const of = (hits: number, tries: number, otherHits: number, otherTries: number) =>
    independentDifference({ hits, tries }, { hits: otherHits, tries: otherTries });
  prints(of(56, 70, 48, 80), 0.0524, 0.3339);
  prints(of(9, 10, 3, 10), 0.1705, 0.809);
  prints(of(6, 7, 2, 7), 0.0582, 0.8062);
  prints(of(5, 56, 0, 29), -0.0381, 0.1926);
  prints(of(0, 10, 0, 20), -0.1611, 0.2775);
  prints(of(0, 10, 0, 10), -0.2775, 0.2775);
  prints(of(10, 10, 0, 20), 0.6791, 1);
  prints(of(10, 10, 0, 10), 0.6075, 1);
  assert.is(of(3, 3, 0, 0), null, 'nothing was tried: nothing is known');
});

test('pairs: published examples', () => {
  const of = (both: number, first: number, second: number, neither: number) =>
    pairedDifference({ both, first, second, neither });
  // R. G. Newcombe, Statistics in Medicine 17 (1998), 2635-2650, table II, method 10.
  prints(of(36, 12, 2, 0), 0.0569, 0.3404);
  prints(of(20, 12, 2, 16), 0.0562, 0.3292);
  // contingencytables 3.0.0, tests/testthat/test-ch8.R: what the R package prints for cavo_2012 and for one pair of each kind.
  prints(of(59, 6, 16, 80), -0.1186, -0.0046);
  prints(of(1, 0, 0, 1), -0.5734, 0.5734);
  // M. W. Fagerland, S. Lydersen and P. Laake, Statistics in Medicine 33 (2014), 2850-2875: -0.507 to -0.026.
  prints(of(1, 1, 7, 12), -0.5069, -0.0256);
  assert.is(of(0, 0, 0, 0), null, 'no pair');
});

test('the same in either order, with the sign turned', () => {
  const one = pairedDifference({ both: 4, first: 9, second: 2, neither: 40 });
  const other = pairedDifference({ both: 4, first: 2, second: 9, neither: 40 });
  assert.ok(one !== null && other !== null);
  for (const [a, b] of [
    [one.low, -other.high],
    [one.high, -other.low],
    [one.difference, -other.difference],
  ] as const)
    assert.ok(Math.abs(a - b) < 1e-12, `${a} ${b}`);
  assert.is(isBeyondChance(one), isBeyondChance(other));
});

test('pairs that mostly share their fate show more than the same shares of independent streams', () => {
  const pairs = pairedDifference({ both: 30, first: 8, second: 0, neither: 62 });
  const independent = independentDifference({ hits: 38, tries: 100 }, { hits: 30, tries: 100 });
  assert.ok(pairs !== null && independent !== null);
  assert.ok(pairs.high - pairs.low < independent.high - independent.low);
  assert.is(isBeyondChance(pairs), true);
  assert.is(isBeyondChance(independent), false);
});

test.run();
