import type { NodeName } from '../base/units.ts';
import type { TrafficPolicy } from '../catalogue/policies.ts';
import type { Run } from './run.ts';

/** The nodes that the edge should hold green once it has settled. */
export function expectedGreen(
  run: Pick<Run, 'state' | 'topology' | 'workload' | 'provider'>,
  policy: TrafficPolicy,
  silenced: NodeName | null,
): Set<NodeName> {
  const excluded = new Set(run.provider.addresses().excludeNodes);
  const withIngress = run.state.endpointNodes.get(run.workload.service.name) ?? new Set();
  const names = run.topology.map(({ name }) => name);
  return new Set(
    names.filter(
      (name) => !excluded.has(name) && name !== silenced && (policy === 'Cluster' || withIngress.has(name)),
    ),
  );
}

/** The nodes that the edge does hold green. */
export function greenAtEdge(run: Pick<Run, 'state'>): Set<NodeName> {
  const green = [...run.state.health].filter(([, { eligible, healthy }]) => eligible && healthy);
  return new Set(green.map(([name]) => name));
}

/** The edge holds green exactly the nodes that it should. */
export function edgeHolds(
  run: Parameters<typeof expectedGreen>[0],
  policy: TrafficPolicy,
  silenced: NodeName | null,
): boolean {
  const [green, wanted] = [greenAtEdge(run), expectedGreen(run, policy, silenced)];
  return green.size === wanted.size && [...green].every((node) => wanted.has(node));
}
