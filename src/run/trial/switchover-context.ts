import { AppsV1Api, type V1Node, type V1Pod, type V1PodTemplateSpec } from '@kubernetes/client-node';
import { nsPerMs } from '../../base/units.ts';
import { extraIngressLabel } from '../../kube/names.ts';
import { isLive, isOver } from '../../kube/pods.ts';
import type { NodeSight, SwitchoverContext } from '../../policies/index.ts';
import { type Run, realMs } from '../run.ts';
import type { Trial } from './trial.ts';

/** What a switchover gets of a run. */
export function switchoverContext(trial: Trial): SwitchoverContext {
  const { run, strategy } = trial;
  const { plan, core, workload, changes, state, clock, provider } = run;
  const { namespace, name } = workload.service;
  return {
    changes,
    service: { namespace, name },
    edge: plan.edge,
    final: strategy.final,
    second: secondOf(trial),
    balancer: provider.front.kind === 'edge' ? state.balancer : null,
    nodes: () => nodesOf(run),
    readyIngress: () => state.endpointNodes.get(name) ?? new Set(),
    ingressTemplate: () => templateOf(run),
    awaitEstablished: plan.awaitEstablished ?? false,
    async serviceLike(other, policy) {
      const { metadata, spec } = await core.readNamespacedService({ namespace, name });
      const { labels, annotations } = metadata ?? {};
      const ports = spec?.ports?.map(({ nodePort: _, ...port }) => port);
      return {
        metadata: { name: other, namespace, labels, annotations },
        spec: { type: spec?.type, selector: spec?.selector, ports, externalTrafficPolicy: policy },
      };
    },
    async ports(of = name) {
      const { spec } = await core.readNamespacedService({ namespace, name: of });
      return {
        nodePort: spec?.ports?.[0]?.nodePort ?? null,
        healthCheckNodePort: spec?.healthCheckNodePort ?? null,
      };
    },
    now: clock.now,
    quietNs: realMs(plan, plan.stabilityMs) * nsPerMs,
  };
}

/** Null: nothing can be moved, or nowhere. */
function secondOf({ run: { second, plan }, loads }: Trial): SwitchoverContext['second'] {
  const movable = plan.load.every(({ kind }) => kind === 'streams' || kind === 'probe');
  if (second === null || !movable) return null;
  return {
    begin: second.begin,
    balancer: second.balancer,
    first: second.first,
    moveClients() {
      loads?.moveTo(second.show());
    },
  };
}

async function nodesOf({ core, workload, provider }: Run): Promise<NodeSight[]> {
  const { front } = provider;
  const never = new Set(front.kind === 'edge' ? front.excludeNodes() : []);
  const [{ items: nodes }, { items }] = await Promise.all([
    core.listNode(),
    core.listNamespacedPod({
      namespace: workload.ingress.namespace,
      labelSelector: workload.ingress.labelSelector,
    }),
  ]);
  const pods = items.filter((pod) => !isOver(pod));
  return nodes
    .map((node) =>
      sightOf(
        node,
        pods.filter(({ spec }) => spec?.nodeName === node.metadata?.name),
      ),
    )
    .filter(({ name }) => !never.has(name));
}

const sightOf = ({ metadata, spec }: V1Node, onIt: readonly V1Pod[]): NodeSight => ({
  name: metadata?.name ?? '',
  labels: metadata?.labels ?? {},
  taints: (spec?.taints ?? []).map(({ key }) => key),
  unschedulable: spec?.unschedulable ?? false,
  runsIngress: onIt.length > 0,
  runsExtraIngressOnly:
    onIt.length > 0 && onIt.every((pod) => extraIngressLabel in (pod.metadata?.labels ?? {})),
});

/** The template that the controller of the ingress pods makes them from. */
async function templateOf({ core, workload, provider }: Run): Promise<V1PodTemplateSpec | null> {
  const { namespace, labelSelector } = workload.ingress;
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  const own = items.find((pod) => isLive(pod) && !(extraIngressLabel in (pod.metadata?.labels ?? {})));
  const owner = own?.metadata?.ownerReferences?.find(({ controller }) => controller);
  if (owner === undefined) return null;
  const apps = provider.cluster.kubeConfig().makeApiClient(AppsV1Api);
  const { name } = owner;
  if (owner.kind === 'ReplicaSet')
    return (await apps.readNamespacedReplicaSet({ namespace, name })).spec?.template ?? null;
  // The embedded cluster's Deployments own their pods themselves.
  if (owner.kind === 'Deployment')
    return (await apps.readNamespacedDeployment({ namespace, name })).spec?.template ?? null;
  if (owner.kind === 'DaemonSet')
    return (await apps.readNamespacedDaemonSet({ namespace, name })).spec?.template ?? null;
  return null;
}
