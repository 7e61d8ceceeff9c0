import type { V1Pod } from '@kubernetes/client-node';
import { filledCommand } from '../base/command-template.ts';
import { MidflightError } from '../base/errors.ts';
import type { NodeName } from '../base/units.ts';
import type { TrafficPolicy } from '../catalogue/policies.ts';
import { placement, servicePolicy } from '../changes/kinds/index.ts';
import type { FaultContext, NodePod } from '../faults/index.ts';
import { extraIngressLabel } from '../kube/names.ts';
import { isLive, isReadyPod } from '../kube/pods.ts';
import { noticeOf } from '../plan/notice.ts';
import { slowestMs } from '../plan/pods.ts';
import type { Plan } from '../plan/schema.ts';
import { liveNodes } from './live-fault/read.ts';
import { type PodCounts, type Run, realMs } from './run.ts';

/** How long moved pods may take to be Ready at their old places if they start and end at once, cluster time. */
const restoreWithin = 180_000;

/** Gives the ingress' Service this policy; false: it had it already. */
export async function setPolicy(
  run: Pick<Run, 'changes' | 'core' | 'workload'>,
  policy: TrafficPolicy,
): Promise<boolean> {
  const { name, namespace } = run.workload.service;
  const { spec } = await run.core.readNamespacedService({ name, namespace });
  if (spec?.externalTrafficPolicy === policy) return false;
  await run.changes.make(servicePolicy, { namespace, name }, { policy, healthCheckNodePort: null });
  return true;
}

/** The parts of Run that cluster operations need. */
type ClusterOf = Pick<Run, 'plan' | 'provider' | 'workload' | 'core' | 'clock' | 'changes'> & {
  readonly state: Pick<Run['state'], 'ending' | 'until'>;
};

/** What the faults get of a run. */
export function faultContext(
  run: ClusterOf,
  signal: AbortSignal,
  marks: Pick<FaultContext, 'notice' | 'began' | 'step'>,
): FaultContext {
  const pod = run.plan.fault?.pod ?? 'ingress';
  const { namespace, labelSelector } = run.workload[pod];
  return {
    changes: run.changes,
    effects: run.provider.effects,
    podsOn: (node, of) => podsOn(run, node, of),
    pod,
    workload: { namespace, labelSelector },
    workloadPods: async () => (await workloadPods(run, pod)).filter(isLive).map(refOf),
    endingSince: (name) => run.state.ending.get(name) ?? null,
    until: (done, limitMs, what) => run.state.until(done, realMs(run.plan, limitMs), signal, what),
    terms: run.plan.fault === null ? null : noticeOf(run.plan.fault),
    parameter: (name) => parameterOf(run.plan.fault, name),
    commands: (node) => commandsFor(run, node),
    now: run.clock.now,
    sleep: (ms) => run.clock.sleep(realMs(run.plan, ms), signal),
    realMs: (ms) => realMs(run.plan, ms),
    ...marks,
  };
}

function parameterOf(fault: Plan['fault'], name: string): number {
  const value = fault?.parameters?.[name];
  if (value === undefined) throw new MidflightError('internal', `the fault has no parameter ${name}`);
  return value;
}

async function commandsFor({ plan, core }: Pick<Run, 'plan' | 'core'>, name: NodeName) {
  const templates = plan.fault?.commands;
  if (templates === undefined) throw new MidflightError('internal', 'the fault has no commands');
  const node = (await liveNodes(core)).find((one) => one.name === name);
  if (node === undefined) throw new MidflightError('cluster-failed', `there is no node ${name}`);
  const { command, recover } = templates;
  return { command: filledCommand(command, node), recover: filledCommand(recover, node) };
}

async function podsOn(run: Workloads, node: NodeName, of: 'ingress' | 'app' | 'all'): Promise<NodePod[]> {
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

function refOf(pod: V1Pod): NodePod {
  return {
    namespace: pod.metadata?.namespace ?? '',
    name: pod.metadata?.name ?? '',
    uid: pod.metadata?.uid ?? '',
    node: pod.spec?.nodeName ?? '',
    ownerKind: pod.metadata?.ownerReferences?.[0]?.kind ?? null,
  };
}

/** The nodes of the workload's Ready pods now. */
export async function readPlacement(run: Workloads): Promise<PodCounts> {
  const count = async (of: 'ingress' | 'app') => {
    const counts = new Map<NodeName, number>();
    for (const pod of (await workloadPods(run, of)).filter(isReadyPod)) {
      const node = pod.spec?.nodeName ?? '';
      counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    return counts;
  };
  return { ingress: await count('ingress'), app: await count('app') };
}

/**
 * Records the nodes that the workload's pods run on: unwinding brings them back there. Extra ingress pods of a switchover
 * are none of them: they come and go with their own DaemonSet, which a fault within a step finds half rolled out.
 */
export function rememberPlacement({
  plan,
  workload,
  changes,
}: Pick<Run, 'plan' | 'workload' | 'changes'>): Promise<void> {
  const groups = [workload.ingress, workload.app].map(({ namespace, labelSelector }) => ({
    namespace,
    labelSelector: `${labelSelector},!${extraIngressLabel}`,
  }));
  return changes.make(placement, { groups }, { limitMs: restoreWithin + slowestMs(plan) });
}
