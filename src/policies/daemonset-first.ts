import { balancerSeen, copyable, matters, noNodeLeaving, somewhereToGo, takenBack } from './preconditions.ts';
import { excludeExtra } from './steps/exclude.ts';
import { flip } from './steps/flip.ts';
import { include } from './steps/include.ts';
import { gatherIngress, spreadIngress } from './steps/spread.ts';
import type { Switchover } from './strategy.ts';

/**
 * An ingress pod on every node first: at the flip each node serves under either policy. For balancers that ignore the
 * exclude label this is the way to Local. Afterwards the extra pods go. Under Local their nodes leave the balancer first,
 * by the label; if it is ignored, the pods go on serving until the balancer has noticed.
 */
export const daemonsetFirst: Switchover = {
  preconditions: [balancerSeen, matters, noNodeLeaving, somewhereToGo, copyable, takenBack],
  steps(policy, edge) {
    const before = [spreadIngress, flip(policy, { pinned: false })];
    if (policy.final === 'Cluster' || edge.excludeLabel === 'ignored') return [...before, gatherIngress];
    const back = edge.newTarget === 'unhealthy' ? [include({ pinned: false })] : [];
    return [...before, excludeExtra, gatherIngress, ...back];
  },
};
