import type { ParsedExpectation } from '../expectation.ts';

/** Conditions on one metric that must all hold. */
export type Limits = readonly ParsedExpectation[];

/** The least and the most that the conditions leave; whole numbers for counts, else the limits themselves. */
export function boundsOf(limits: Limits): { least: number; most: number } {
  let [least, most] = [0, Number.POSITIVE_INFINITY];
  for (const { op, value, unit } of limits) {
    if (typeof value !== 'number') continue;
    // A strict limit on a time or a share leaves a little less than it.
    const step = unit === 'count' ? 1 : Number.EPSILON * Math.max(1, value);
    if (op === '==' || op === '>=') least = Math.max(least, value);
    if (op === '>') least = Math.max(least, value + step);
    if (op === '==' || op === '<=') most = Math.min(most, value);
    if (op === '<') most = Math.min(most, value - step);
  }
  return { least, most };
}

/** True if no value meets them all. */
export function emptyTogether(limits: Limits): boolean {
  if (limits.length < 2) return false;
  const { least, most } = boundsOf(limits);
  if (least > most) return true;
  const words = limits.filter(({ value }) => typeof value !== 'number');
  const wanted = new Set(words.flatMap(({ op, value }) => (op === '==' ? [value] : [])));
  const excluded = limits.flatMap(({ op, value }) => (op === '!=' ? [value] : []));
  const [only] = wanted;
  if (wanted.size > 1 || (only !== undefined && excluded.includes(only))) return true;
  return least === most && excluded.includes(least);
}
