import { forExclusion } from './preconditions.ts';
import { exclude } from './steps/exclude.ts';
import { flip } from './steps/flip.ts';
import { include } from './steps/include.ts';
import type { Switchover } from './strategy.ts';

/**
 * Nodes without an ingress pod leave the balancer, and then the policy changes: at the flip it holds only nodes that serve
 * under either policy. Under Local the label stays if the balancer counts a new target as healthy until its checks
 * have failed: taking it away would send new connections to nodes that drop them.
 */
export const excludeFirst: Switchover = {
  preconditions: forExclusion,
  steps: (policy, edge) => [
    exclude,
    flip(policy, { pinned: false }),
    ...(policy.final === 'Cluster' || edge.newTarget === 'unhealthy' ? [include({ pinned: false })] : []),
  ],
};
