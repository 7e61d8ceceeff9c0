import type { NodeName } from '../base/units.ts';
import type { TrafficPolicy } from '../policies/index.ts';
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

export function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}
