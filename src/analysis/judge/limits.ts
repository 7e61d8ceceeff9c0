import type { PlannedExpectation } from '../../plan/schema.ts';
import type { Measured } from './metrics.ts';

type Known = NonNullable<Measured>;

export function holds({ op, value }: PlannedExpectation, measured: Known): boolean {
  if (op === '==') return measured === value;
  if (op === '!=') return measured !== value;
  const [left, right] = [Number(measured), Number(value)];
  switch (op) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

/** Beyond what an upper limit allows: more could only be worse. */
export function isExceeded({ op, value }: PlannedExpectation, measured: Known): boolean {
  if (typeof measured !== 'number' || typeof value !== 'number') return false;
  if (op === '<') return measured >= value;
  return (op === '<=' || op === '==') && measured > value;
}

/** Whether a figure greater than the measured one could be judged otherwise. */
export function moreWouldMatter({ op, value, unit }: PlannedExpectation, measured: Known): boolean {
  if (typeof measured !== 'number' || typeof value !== 'number') return false;
  if (unit === 'share') return true;
  return op === '<' || op === '>=' ? measured < value : measured <= value;
}
