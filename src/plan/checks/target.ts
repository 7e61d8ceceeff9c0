import { MidflightError } from '../../base/errors.ts';
import type { Problem } from '../../scenario/error.ts';
import type { Plan } from '../schema.ts';
import { plannedTargets } from '../target.ts';

/** Some node can be the fault's target, were the pods placed as planned. */
export function targetProblems(plan: Plan): Problem[] {
  try {
    plannedTargets(plan);
    return [];
  } catch (error) {
    if (!(error instanceof MidflightError) || error.code !== 'no-target') throw error;
    return [{ path: ['fault', 'target'], what: error.message, hint: error.hint ?? null }];
  }
}
