import { excludeFirst } from './exclude-first.ts';
import { forExclusion, keepable } from './preconditions.ts';
import { keep } from './steps/keep.ts';
import type { Switchover } from './strategy.ts';

/**
 * For a balancer that cuts open connections of nodes that leave it or become unhealthy: it is first configured to leave them
 * alone.
 */
export const keepEstablished: Switchover = {
  preconditions: [...forExclusion, keepable],
  steps: (policy, edge) => [keep, ...excludeFirst.steps(policy, edge)],
};
