import type { V1Node } from '@kubernetes/client-node';
import { nsPerMs } from '../../base/units.ts';
import { isOver } from '../../kube/pods.ts';
import type { NodeSight, SwitchoverContext } from '../../policies/index.ts';
import { type Run, realMs } from '../run.ts';

/** What a switchover gets of a run. */
export function switchoverContext(run: Run): SwitchoverContext {
  const { plan, core, workload, changes, state, clock, provider } = run;
  const { namespace, name } = workload.service;
  return {
    changes,
    service: { namespace, name },
    edge: plan.edge,
    balancer: provider.front.kind === 'edge' ? state.balancer : null,
    nodes: () => nodesOf(run),
    async ports() {
      const { spec } = await core.readNamespacedService({ namespace, name });
      return {
        nodePort: spec?.ports?.[0]?.nodePort ?? null,
        healthCheckNodePort: spec?.healthCheckNodePort ?? null,
      };
    },
    now: clock.now,
    quietNs: realMs(plan, plan.stabilityMs) * nsPerMs,
  };
}

async function nodesOf({ core, workload, provider }: Run): Promise<NodeSight[]> {
  const { front } = provider;
  const never = new Set(front.kind === 'edge' ? front.excludeNodes() : []);
  const [{ items: nodes }, { items: pods }] = await Promise.all([
    core.listNode(),
    core.listNamespacedPod({
      namespace: workload.ingress.namespace,
      labelSelector: workload.ingress.labelSelector,
    }),
  ]);
  const withIngress = new Set(pods.filter((pod) => !isOver(pod)).map(({ spec }) => spec?.nodeName));
  return nodes
    .map((node) => sightOf(node, withIngress.has(node.metadata?.name)))
    .filter(({ name }) => !never.has(name));
}

const sightOf = ({ metadata, spec }: V1Node, runsIngress: boolean): NodeSight => ({
  name: metadata?.name ?? '',
  labels: metadata?.labels ?? {},
  taints: (spec?.taints ?? []).map(({ key }) => key),
  unschedulable: spec?.unschedulable ?? false,
  runsIngress,
});
