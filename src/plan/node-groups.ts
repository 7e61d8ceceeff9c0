import type { NodeName } from '../base/units.ts';
import { faultTraits, takesWorkload } from '../catalogue/faults.ts';
import { isLightLoad } from './light.ts';
import { fittingNodes } from './placement.ts';
import type { Plan } from './schema.ts';
import { matchesByItself, plannedTargets } from './target.ts';

/*
 * Which nodes of an embedded cluster are one process. Only the process of a single node can lose its power, so a node that
 * a fault may hit has one of its own. All others have the same fate: they live until the cluster ends.
 */

/** Nodes of one process, by name and in the order of the plan. */
type NodeGroup = readonly NodeName[];

/** Which nodes share a process; each node is in one group. */
export type Grouping = (plan: Plan) => readonly NodeGroup[];

/** No two. */
export const eachAlone: Grouping = ({ nodes }) => nodes.map(({ name }) => [name]);

/** Nodes of one process at most: those that never have a pod only pass connections on. */
const most = { withPods: 8, without: 100 };

/** All that no fault of the plan's trials may hit share processes; where the load is heavy, no node that may have pods. */
export const byFate: Grouping = (plan) => {
  const hit = mayBeHit(plan);
  const withPods = mayHavePods(plan);
  const light = isLightLoad(plan);
  const groups: NodeName[][] = [];
  const open = new Map<boolean, NodeName[]>();
  for (const { name } of plan.nodes) {
    const pods = withPods.has(name);
    const limit = hit.has(name) || (pods && !light) ? 1 : pods ? most.withPods : most.without;
    const last = open.get(pods);
    if (limit > 1 && last !== undefined && last.length < limit) {
      last.push(name);
      continue;
    }
    const made = [name];
    groups.push(made);
    if (limit > 1) open.set(pods, made);
  }
  return groups;
};

function mayHavePods({ nodes, ingress, app }: Pick<Plan, 'nodes' | 'ingress' | 'app'>): Set<NodeName> {
  return new Set([ingress, app].flatMap((part) => fittingNodes(nodes, part).map(({ name }) => name)));
}

/**
 * Every node that a trial's fault may hit. If its target depends on which nodes run pods, and the scheduler has a choice,
 * that is every node that fits the rest of the target.
 */
export function mayBeHit(plan: Plan): Set<NodeName> {
  const { fault, nodes } = plan;
  if (fault === null || takesWorkload(faultTraits[fault.kind])) return new Set();
  if (isCertain(plan)) {
    const targets = plannedTargets(plan);
    return new Set(plan.trials.flatMap(({ repeat }) => targets[repeat] ?? []));
  }
  return new Set(nodes.filter((node) => matchesByItself(fault.target, node)).map(({ name }) => name));
}

/** Whether the nodes that the target matches are known before any pod runs. */
function isCertain(plan: Plan): boolean {
  const { fault, nodes } = plan;
  if (fault === null) return true;
  if (fault.target.runs === undefined && faultTraits[fault.kind].aims === 'node') return true;
  const withPods = mayHavePods(plan);
  return !nodes.some((node) => matchesByItself(fault.target, node) && withPods.has(node.name));
}
