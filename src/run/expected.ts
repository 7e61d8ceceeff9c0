import type { Nanoseconds, NodeName } from '../base/units.ts';
import type { TrafficPolicy } from '../catalogue/policies.ts';
import type { BalancerSight } from '../policies/index.ts';
import type { Run } from './run.ts';

/** The nodes that the edge should hold green once it has settled. */
export function expectedGreen(
  run: Pick<Run, 'plan' | 'state' | 'topology' | 'workload' | 'provider'>,
  policy: TrafficPolicy,
  silenced: readonly NodeName[],
): Set<NodeName> {
  const { front } = run.provider;
  const labelled = run.plan.edge.excludeLabel === 'honoured' ? run.state.excluded : [];
  const excluded = new Set([...labelled, ...(front.kind === 'edge' ? front.excludeNodes() : [])]);
  const { backends, hostPort } = run.plan.edge;
  const toNodes = backends.Cluster.from === 'nodes' && hostPort === undefined && !run.state.edgeToPods;
  const everyNode = policy === 'Cluster' && toNodes;
  const withIngress = run.state.endpointNodes.get(run.workload.service.name) ?? new Set();
  const names = run.topology.map(({ name }) => name);
  return new Set(
    names.filter(
      (name) => !excluded.has(name) && !silenced.includes(name) && (everyNode || withIngress.has(name)),
    ),
  );
}

/** The nodes that the edge does hold green. */
export function greenAtEdge(run: Pick<Run, 'state'>): Set<NodeName> {
  const green = [...run.state.health].filter(([, { eligible, healthy }]) => eligible && healthy);
  return new Set(green.map(([name]) => name));
}

/** The edge has taken this policy since then, and holds green exactly the nodes that it should. */
export function edgeFollows(
  run: Parameters<typeof edgeHolds>[0] & Pick<Run, 'sight'>,
  policy: TrafficPolicy,
  since: Nanoseconds,
): boolean {
  if (run.provider.front.kind !== 'edge') return run.sight === null || sightFollows(run.sight, policy, since);
  const { edgePolicy, edgeReconciledAt } = run.state;
  return edgePolicy === policy && edgeReconciledAt > since && edgeHolds(run, policy, []);
}

/** Whether, by its published times, it has taken the policy, and its checks have seen of each target what is there now. */
function sightFollows(sight: BalancerSight, policy: TrafficPolicy, since: Nanoseconds): boolean {
  const seen = (node: NodeName) => sight.healthy.has(node) === (sight.lastCheck(node)?.ok ?? false);
  return sight.policy === policy && sight.reconciledAt > since && [...sight.targets].every(seen);
}

/** The edge holds green exactly the nodes that it should. A balancer that is not ours does not report that: true. */
export function edgeHolds(
  run: Parameters<typeof expectedGreen>[0],
  policy: TrafficPolicy,
  silenced: readonly NodeName[],
): boolean {
  if (run.provider.front.kind !== 'edge') return true;
  const [green, wanted] = [greenAtEdge(run), expectedGreen(run, policy, silenced)];
  const { max } = run.plan.edge.backends[policy]; // of more than this the balancer has a subset
  const size = Math.min(wanted.size, max ?? wanted.size);
  return green.size === size && [...green].every((node) => wanted.has(node));
}
