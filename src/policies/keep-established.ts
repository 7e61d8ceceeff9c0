import { excludeFirst } from './exclude-first.ts';
import { forExclusion, keepable } from './preconditions.ts';
import { exclude } from './steps/exclude.ts';
import { keep } from './steps/keep.ts';
import type { Switchover } from './strategy.ts';

/**
 * For a balancer that cuts open connections of nodes which leave it or are found unhealthy: it is told first to leave them
 * alone, and the flip waits until those through excluded nodes have ended.
 */
export const keepEstablished: Switchover = {
  preconditions: [...forExclusion, keepable],
  steps: (policy, edge) => [
    keep,
    exclude({ drained: true }),
    ...excludeFirst.steps(policy, edge).filter(({ name }) => name !== 'exclude'),
  ],
};
