import { clusters } from '../../catalogue/clusters.ts';
import type { Problem } from '../../scenario/error.ts';
import { maxNodes, podsPerNode } from '../embedded-limits.ts';
import { fittingNodes, placementOf } from '../placement.ts';
import type { Plan } from '../schema.ts';

/** There are no more nodes and pods than a cluster can hold, and a node for each part. */
export function nodeProblems(plan: Plan): Problem[] {
  const { nodes } = plan;
  if (plan.ownCluster !== undefined) return []; // they are there already
  if (nodes.length === 0) return clusters[plan.provider].made ? [missing(plan)] : [];
  if (nodes.length > maxNodes) {
    const what = `the pools have ${nodes.length} nodes in all`;
    return [{ path: ['nodes'], what, hint: `a cluster has at most ${maxNodes}: lower the counts` }];
  }
  const homeless = (['ingress', 'app'] as const).filter(
    (part) => fittingNodes(nodes, plan[part]).length === 0,
  );
  if (homeless.length > 0) {
    return homeless.map((part) => ({
      path: [part, 'nodeSelector'],
      what: `no node has the labels that ${part} asks for, and taints that it tolerates`,
      hint: `the labels of the first node: ${labelWords(nodes[0]?.labels ?? {})}`,
    }));
  }
  return clusters[plan.provider].madeOfProcesses ? crowdedNodes(plan) : [];
}

const missing = ({ provider }: Plan): Problem => ({
  path: ['nodes'],
  what: `'nodes' is missing, and the ${provider} cluster is made of them`,
  hint: 'add pools of nodes, or run it on a cluster of yours: --cluster context:NAME',
});

const labelWords = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ');

function crowdedNodes({ nodes, ingress, app, provider }: Plan): Problem[] {
  const room = podsPerNode(nodes.length);
  const pods = new Map<string, number>();
  for (const part of [ingress, app]) {
    for (const [name, count] of placementOf(nodes, part)) pods.set(name, (pods.get(name) ?? 0) + count);
  }
  const [fullest, most] = [...pods].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  if (most <= room) return [];
  const part = (placementOf(nodes, ingress).get(fullest) ?? 0) > most / 2 ? 'ingress' : 'app';
  return [
    {
      path: [part, 'replicas'],
      what: `node ${fullest} would run ${most} pods`,
      hint: `the ${provider} cluster has room for ${room} on each of ${nodes.length} nodes: use fewer replicas or more nodes`,
    },
  ];
}
