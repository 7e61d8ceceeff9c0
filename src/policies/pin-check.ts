import { checkPinnable, forExclusion } from './preconditions.ts';
import { exclude } from './steps/exclude.ts';
import { flip } from './steps/flip.ts';
import { include } from './steps/include.ts';
import { pin, unpin } from './steps/pin.ts';
import type { Switchover } from './strategy.ts';

/**
 * The healthCheckNodePort closes the moment a Service leaves Local, long before the balancer has another port to check: a
 * balancer that sends nothing if no target is healthy then serves nobody. So its check is pinned first to a port that
 * both policies have. The pin does not look at pods, so nodes without one are excluded meanwhile.
 */
export const pinCheck: Switchover = {
  preconditions: [...forExclusion, checkPinnable],
  steps: (policy, edge) => {
    const before = [exclude, pin, flip(policy, { pinned: true })];
    if (policy.final === 'Cluster') return [...before, include({ pinned: true }), unpin];
    return [...before, unpin, ...(edge.newTarget === 'unhealthy' ? [include({ pinned: false })] : [])];
  },
};
