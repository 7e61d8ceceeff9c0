import { median, quantileSorted, sampleWithReplacement } from 'simple-statistics';
import { type Random, seededRandom, seedOf } from '../base/random.ts';

/** What one repeat measured: the bounds between which its true value lies. */
interface Bounds {
  readonly low: number;
  readonly high: number;
}

interface BootstrapInterval extends Bounds {
  /** The confidence that this interval can have: 0.95, less if there are fewer than six repeats. */
  readonly confidence: number;
}

const resamples = 2000;

/**
 * The percentile bootstrap interval of the median over repeats (B. Efron and R. J. Tibshirani, "An Introduction to the
 * Bootstrap", 1993, chapter 13), the resolution of each repeat included: the lower end is of the lower bounds, the upper
 * end of the upper bounds. The same repeats give the same interval. Null: fewer than two repeats.
 *
 * No resample leaves the range of what was measured, and a range of n values holds the median of what they were drawn from
 * with a confidence of 1 - 2^(1-n) (the sign test): of five or fewer repeats that is below 95 %, and `confidence` says so.
 */
export function bootstrapMedian(repeats: readonly Bounds[]): BootstrapInterval | null {
  if (repeats.length < 2) return null;
  const [low, high] = [resampled(repeats, 'low'), resampled(repeats, 'high')];
  return {
    low: quantileSorted(low, 0.025),
    high: quantileSorted(high, 0.975),
    confidence: Math.min(0.95, 1 - 2 ** (1 - repeats.length)),
  };
}

/** The medians of the resamples, ascending. Both bounds are drawn with the same numbers. */
function resampled(repeats: readonly Bounds[], bound: keyof Bounds): number[] {
  const random: Random = seededRandom(seedOf('bootstrap', repeats.length));
  const values = repeats.map((one) => one[bound]);
  return Array.from({ length: resamples }, () =>
    median(sampleWithReplacement(values, values.length, random)),
  ).sort((a, b) => a - b);
}
