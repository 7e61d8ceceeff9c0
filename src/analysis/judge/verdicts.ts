import type { Verdict } from '../schema.ts';

/** A proven failure is worse than a doubt, and a doubt worse than none. */
const bySeverity: readonly Verdict[] = ['fail', 'unknown', 'pass'];

export function worst(verdicts: readonly Verdict[]): Verdict {
  return bySeverity.find((verdict) => verdicts.includes(verdict)) ?? 'pass';
}
