import type { NodeFacts } from '../audit/facts/candidates.ts';
import type { ServiceView } from '../audit/facts/view.ts';
import { workloadName } from '../audit/facts/workloads.ts';
import type { WorkloadObject } from '../audit/snapshot.ts';
import { MidflightError } from '../base/errors.ts';
import { tolerates } from '../kube/tolerations.ts';

/** How many ingress pods each node has, and what that assumes. */
interface Placement {
  readonly byNode: ReadonlyMap<string, number>;
  readonly pods: number;
  readonly notes: readonly string[];
}

/**
 * The nodes of the Service's ready pods; without any, those that its workload asks for. Throws `no-target` if neither is
 * known: there is nothing to rehearse.
 */
export function ingressPlacement(view: ServiceView, nodes: readonly NodeFacts[]): Placement {
  const { endpoints, workloads, key } = view;
  if (endpoints !== null && endpoints.byNode.size > 0) {
    const notes =
      endpoints.elsewhere > 0
        ? [`${endpoints.elsewhere} ready endpoints are outside the cluster's nodes and are left out.`]
        : [];
    return { byNode: endpoints.byNode, pods: endpoints.ready - endpoints.elsewhere, notes };
  }
  const [workload] = workloads;
  if (workload === undefined) {
    throw new MidflightError(
      'no-target',
      `Service ${key} has no ready endpoint, and no workload of its own`,
      {
        hint: 'add its Deployment or DaemonSet, or its EndpointSlices: kubectl get nodes,svc,endpointslices,deploy,ds -A -o yaml',
      },
    );
  }
  const fitting = nodes.filter((one) => fits(workload, one)).map(({ name }) => name);
  const wanted = workload.kind === 'DaemonSet' ? fitting.length : (workload.spec.replicas ?? 1);
  if (fitting.length === 0 || wanted === 0) {
    throw new MidflightError('no-target', `no pod of ${workloadName(workload)} can run on any node`, {
      hint: fitting.length === 0 ? 'no node has its labels and tolerated taints' : 'it has 0 replicas',
    });
  }
  const byNode = new Map<string, number>();
  for (let pod = 0; pod < wanted; pod += 1) {
    const name = fitting[pod % fitting.length] ?? '';
    byNode.set(name, (byNode.get(name) ?? 0) + 1);
  }
  const note = `No ready endpoint is known: the pods are placed as ${workloadName(workload)} asks for them.`;
  return { byNode, pods: wanted, notes: [note] };
}

function fits({ spec }: WorkloadObject, { node }: NodeFacts): boolean {
  const { nodeSelector, tolerations } = spec.template.spec;
  return (
    Object.entries(nodeSelector).every(([key, value]) => node.metadata.labels[key] === value) &&
    node.spec.taints
      .filter(({ effect }) => effect !== 'PreferNoSchedule')
      .every((taint) => tolerations.some((one) => tolerates(one, taint)))
  );
}
