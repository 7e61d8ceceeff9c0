import type { V1Pod } from '@kubernetes/client-node';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { MidflightError } from '../base/errors.ts';
import type { NodeName } from '../base/units.ts';
import type { FaultContext } from '../faults/index.ts';
import type { TrafficPolicy } from '../policies/index.ts';
import type { PodRef } from '../providers/provider.ts';
import { type Placement, type Run, realMs } from './run.ts';

/** How long moved pods may take to be Ready at their old places, cluster time. */
const restoreWithin = 180_000;

/** Patches the ingress' Service if it has another policy; returns whether it had. */
export async function setPolicy(run: Run, policy: TrafficPolicy): Promise<boolean> {
  const { name, namespace } = run.workload.service;
  const { spec } = await run.core.readNamespacedService({ name, namespace });
  if (spec?.externalTrafficPolicy === policy) return false;
  await run.core.patchNamespacedService(
    { name, namespace, body: { spec: { externalTrafficPolicy: policy } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
  return true;
}

/** The parts of Run that cluster operations need. */
export type ClusterOf = Pick<Run, 'plan' | 'provider' | 'workload' | 'core' | 'clock'>;

/** What the faults get of a run. */
export function faultContext(
  run: ClusterOf,
  signal: AbortSignal,
  marks: Pick<FaultContext, 'notice' | 'began'>,
): FaultContext {
  return {
    power: run.provider.power,
    core: run.core,
    podsOn: (node, of) => podsOn(run, node, of),
    pod: run.plan.fault?.pod ?? 'ingress',
    now: run.clock.now,
    sleep: (ms) => run.clock.sleep(realMs(run.plan, ms), signal),
    realMs: (ms) => realMs(run.plan, ms),
    ...marks,
  };
}

async function podsOn(run: Workloads, node: NodeName, of: 'ingress' | 'app' | 'all'): Promise<PodRef[]> {
  const pods = of === 'all' ? await allPods(run, node) : await workloadPods(run, of);
  return pods.filter((pod) => pod.spec?.nodeName === node && isLive(pod)).map(refOf);
}

async function allPods(run: Workloads, node: NodeName): Promise<V1Pod[]> {
  const { items } = await run.core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` });
  // Static pods are mirrored from files on the node: they cannot be evicted, and kubectl drain leaves them too.
  return items.filter((pod) => pod.metadata?.annotations?.['kubernetes.io/config.mirror'] === undefined);
}

type Workloads = Pick<Run, 'core' | 'workload'>;

async function workloadPods(run: Workloads, of: 'ingress' | 'app'): Promise<V1Pod[]> {
  const { namespace, labelSelector } = run.workload[of];
  return (await run.core.listNamespacedPod({ namespace, labelSelector })).items;
}

function refOf(pod: V1Pod): PodRef {
  return {
    namespace: pod.metadata?.namespace ?? '',
    name: pod.metadata?.name ?? '',
    uid: pod.metadata?.uid ?? '',
    node: pod.spec?.nodeName ?? '',
  };
}

const isOver = ({ status }: V1Pod) => status?.phase === 'Failed' || status?.phase === 'Succeeded';
const isLive = (pod: V1Pod) => pod.metadata?.deletionTimestamp === undefined && !isOver(pod);

const isReady = (pod: V1Pod) =>
  isLive(pod) &&
  (pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false);

/** Where the workload's Ready pods are now. */
export async function placementOf(run: Workloads): Promise<Placement> {
  const count = async (of: 'ingress' | 'app') => {
    const counts = new Map<NodeName, number>();
    for (const pod of (await workloadPods(run, of)).filter(isReady)) {
      const node = pod.spec?.nodeName ?? '';
      counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    return counts;
  };
  return { ingress: await count('ingress'), app: await count('app') };
}

/**
 * Brings pods that a fault moved back to where they were, so that the next trial compares: a pod too many on one node is
 * deleted, and the scheduler prefers the node that has none.
 */
export async function restorePlacement(
  run: ClusterOf & Pick<Run, 'placement'>,
  signal: AbortSignal,
): Promise<void> {
  for (let waited = 0; waited < restoreWithin; waited += 1000) {
    const now = await placementOf(run);
    const settled = await Promise.all(
      (['ingress', 'app'] as const).map((of) => restoreOne(run, of, run.placement[of], now[of])),
    );
    if (settled.every(Boolean)) return;
    await run.clock.sleep(realMs(run.plan, 1000), signal);
  }
  throw new MidflightError(
    'cluster-failed',
    `the pods are not back at their places after ${restoreWithin / 1000} s`,
    {
      hint: 'kubectl get pods --all-namespaces --output wide',
    },
  );
}

async function restoreOne(
  run: Workloads,
  of: 'ingress' | 'app',
  wanted: ReadonlyMap<NodeName, number>,
  now: ReadonlyMap<NodeName, number>,
): Promise<boolean> {
  if (sameCounts(wanted, now)) return true;
  // A pod that a node's shutdown ended stays in the API as Failed; its controller has made another.
  const pods = (await workloadPods(run, of)).filter((pod) => !isOver(pod));
  if (!pods.every(isReady)) return false; // something is under way
  const excess = pods.find((pod) => {
    const node = pod.spec?.nodeName ?? '';
    return (now.get(node) ?? 0) > (wanted.get(node) ?? 0);
  });
  if (excess !== undefined) {
    const { name, namespace } = refOf(excess);
    await run.core.deleteNamespacedPod({ name, namespace });
  }
  return false;
}

function sameCounts(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([key, count]) => b.get(key) === count);
}
