import { clusters } from '../../catalogue/clusters.ts';
import type { Problem } from '../../scenario/error.ts';
import type { Plan } from '../schema.ts';
import type { PathTo } from './path.ts';

/** Pods cannot send load to a cluster that only this machine reaches. */
export function agentsProblems(plan: Plan, pathTo: PathTo): Problem[] {
  if (clusters[plan.provider].agents !== null) return [];
  return plan.load.flatMap((item, index): Problem[] =>
    'agents' in item && item.agents !== undefined
      ? [
          {
            path: pathTo('load', index, 'agents'),
            what: `'${item.name}' is to come from pods, and they cannot reach the ${plan.provider} cluster: it is on this machine's loopback`,
            hint: 'run it with --cluster kind, or write this load into the block of another cluster under providers',
            ofCluster: true,
          },
        ]
      : [],
  );
}
