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
    return [{ path: ['fault', 'target'], what: error.message, hint: hintOf(plan, error.hint) }];
  }
}

/** On somebody's own cluster the label by which they allow it is part of the target. */
function hintOf({ ownCluster }: Plan, hint: string | undefined): string | null {
  if (ownCluster === undefined) return hint ?? null;
  const { key, value } = ownCluster.optIn;
  return `${hint}\na node is touched only if its owner allows it: kubectl label node NAME ${key}=${value}`;
}
