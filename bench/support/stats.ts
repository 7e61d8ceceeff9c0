import { quantile } from 'simple-statistics';

/** A quantile; null of nothing. */
export const at = (share: number, values: readonly number[]): number | null =>
  values.length === 0 ? null : quantile([...values], share);

/** How many times the one is the other; null where there is nothing to compare. */
export const ratio = (one: number | null | undefined, other: number | null | undefined): number | null =>
  one === null || one === undefined || other === null || other === undefined || other === 0
    ? null
    : one / other;
