import { wilson } from './wilson.ts';

/*
 * How far two shares lie apart, with a 95 % interval made of the Wilson intervals of each.
 */

/** Hits among tries. */
interface Proportion {
  readonly hits: number;
  readonly tries: number;
}

/** The first share minus the second, -1 to 1, and its 95 % interval. */
export interface Difference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** The same things tried twice: how many were hit both times, only the first, only the second, neither. */
export interface PairCounts {
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly neither: number;
}

/**
 * For independent samples: R. G. Newcombe, "Interval estimation for the difference between independent proportions",
 * Statistics in Medicine 17 (1998), 873-890, method 10. Null: one of the two was never tried.
 */
export function independentDifference(first: Proportion, second: Proportion): Difference | null {
  return squareAndAdd(first, second, 0);
}

/**
 * For pairs: R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired
 * data", Statistics in Medicine 17 (1998), 2635-2650, method 10. Null: there is no pair.
 */
export function pairedDifference(pairs: PairCounts): Difference | null {
  const { both, first, second, neither } = pairs;
  const tries = both + first + second + neither;
  return squareAndAdd(
    { hits: both + first, tries },
    { hits: both + second, tries },
    correlation(pairs, tries),
  );
}

/** Whether more than chance separates the two shares, at 95 %. */
export const isBeyondChance = ({ low, high }: Pick<Difference, 'low' | 'high'>): boolean =>
  low > 0 || high < 0;

/** The phi coefficient with Newcombe's correction for continuity; 0 if one of the shares is 0 or 1. */
function correlation({ both, first, second, neither }: PairCounts, tries: number): number {
  const margins = (both + first) * (second + neither) * (both + second) * (first + neither);
  if (margins === 0) return 0;
  const product = both * neither - first * second;
  const corrected = product > 0 ? Math.max(product - tries / 2, 0) : product;
  return corrected / Math.sqrt(margins);
}

function squareAndAdd(first: Proportion, second: Proportion, phi: number): Difference | null {
  const [one, other] = [wilson(first.hits, first.tries), wilson(second.hits, second.tries)];
  if (one === null || other === null) return null;
  const [p, q] = [first.hits / first.tries, second.hits / second.tries];
  // Rounding may leave a trace below 0 if the two cancel.
  const joined = (a: number, b: number) => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  return {
    difference: p - q,
    low: Math.max(-1, p - q - joined(p - one.low, other.high - q)),
    high: Math.min(1, p - q + joined(one.high - p, q - other.low)),
  };
}
