import { balancerSeen, matters, movable, noNodeLeaving, somewhereToGo } from './preconditions.ts';
import { move, secondService } from './steps/second-service.ts';
import type { Switchover } from './strategy.ts';

/**
 * Nothing that serves is changed: a second Service has the new policy from the beginning, and an address of its own. The
 * first can go when clients have moved and its last connection has ended. DNS and clients that keep an address decide how
 * long that takes; moved clients are assumed here, as a CDN moves its origin.
 */
export const parallelService: Switchover = {
  preconditions: [balancerSeen, matters, movable, noNodeLeaving, somewhereToGo],
  steps: (policy) => [secondService(policy), move],
};
