import type { CoreV1Api } from '@kubernetes/client-node';
import { policyTraits } from '../../catalogue/policies.ts';
import { switchovers } from '../../catalogue/switchovers.ts';
import { fittingNodes } from '../../plan/placement.ts';
import type { Plan } from '../../plan/schema.ts';

/** Pools with a node on which a pod of ours may run in some trial of the plan. */
export function poolsWithPods(plan: Pick<Plan, 'nodes' | 'ingress' | 'app' | 'trials'>): ReadonlySet<string> {
  const everywhere = plan.trials.some(({ policy }) => {
    const { arrangement, switchover } = policyTraits(policy);
    const needs = switchover === null ? [] : (switchovers[switchover].needs ?? []);
    return arrangement === 'ingress-everywhere' || needs.includes('copied-ingress');
  });
  const nodes = everywhere
    ? plan.nodes
    : [plan.ingress, plan.app].flatMap((placement) => fittingNodes(plan.nodes, placement));
  return new Set(nodes.map(({ pool }) => pool));
}

/** Nodes that need the images of ours: those of the pools above, by the name of their container. */
export async function imageNodes(core: CoreV1Api, plan: Plan): Promise<string[]> {
  const pools = poolsWithPods(plan);
  const { items } = await core.listNode();
  return items.flatMap(({ metadata }) =>
    pools.has(metadata?.labels?.['midflight.dev/pool'] ?? '') && metadata?.name !== undefined
      ? [metadata.name]
      : [],
  );
}
