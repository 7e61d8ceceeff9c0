import { isBeingDeleted, isLive, isOver } from '../../../kube/pods.ts';
import { hasReadyCondition } from '../../../kube/ready.ts';
import type { DaemonSet, Node, Pod, PodSpec, Toleration } from '../api/kinds.ts';
import { updateObject } from '../api/registry.ts';
import type { Context } from '../context.ts';
import type { Controller } from './controller.ts';
import { misfit, selectsNode, untolerated } from './fit.ts';
import { ownedPods } from './owned-pods.ts';
import { countAvailable, groupBy, podFromTemplate, podsOf, scaledValue, templateHash } from './pods.ts';

const hashLabel = 'controller-revision-hash';
const source = 'daemonset-controller';

/** Tolerations of every daemon pod (pkg/controller/daemon/util: AddOrUpdateDaemonPodTolerations). */
const daemonTolerations: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
export function daemonSetController(context: Context): Controller {
  return {
    name: 'daemonset',
    watches: ['daemonsets', 'pods', 'nodes'],
    sync() {
      const waits = context.store
        .list('daemonsets')
        .filter((daemonSet) => daemonSet.metadata.deletionTimestamp === undefined)
        .map((daemonSet) => syncDaemonSet(context, daemonSet));
      const known = waits.filter((wait) => wait !== undefined);
      return known.length === 0 ? undefined : Math.min(...known);
    },
  };
}

function specFor(daemonSet: DaemonSet, node: Node): PodSpec {
  const { spec } = daemonSet.spec.template;
  const pinned = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node.metadata.name] }] };
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const nodeSelectorTerms = terms?.map((term) => ({ ...term, ...pinned })) ?? [pinned];
  return {
    ...spec,
    tolerations: [...(spec.tolerations ?? []), ...daemonTolerations],
    affinity: {
      ...spec.affinity,
      nodeAffinity: {
        ...spec.affinity?.nodeAffinity,
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
      },
    },
  };
}

/** The node a daemon pod is for, be it bound yet or not. */
function targetOf(pod: Pod): string | undefined {
  const terms =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return pod.spec.nodeName ?? terms[0]?.matchFields?.[0]?.values?.[0];
}

function syncDaemonSet(context: Context, daemonSet: DaemonSet): number | undefined {
  const hash = templateHash(daemonSet.spec.template);
  const { spec } = daemonSet.spec.template;
  // As NodeShouldRunDaemonPod: a node that is not Ready takes no new one and keeps the one it has.
  const asDaemon = { ...spec, tolerations: [...(spec.tolerations ?? []), ...daemonTolerations] };
  const nodes = context.store.list('nodes');
  const wanted = nodes.filter((node) => misfit(asDaemon, node) === undefined);
  // A pod that runs already stays unless the node now repels it (shouldContinueRunning).
  const mayStay = (node: Node) =>
    selectsNode(spec, node) &&
    untolerated(node.spec?.taints, asDaemon.tolerations, ['NoExecute']) === undefined;
  const pods = podsOf(context, daemonSet);
  const onNode = groupBy(pods, targetOf);
  for (const pod of pods.filter((one) => !isBeingDeleted(one))) {
    const node = nodes.find((one) => one.metadata.name === targetOf(pod));
    if (isOver(pod) || node === undefined || !mayStay(node)) remove(context, daemonSet, pod);
  }
  for (const node of wanted) {
    // One that is Terminating still holds the node: its ports may be taken.
    if ((onNode.get(node.metadata.name) ?? []).length > 0) continue;
    create(context, daemonSet, hash, node);
  }
  update(context, daemonSet, hash, wanted);
  return writeStatus(context, daemonSet, hash, wanted);
}

function create(context: Context, daemonSet: DaemonSet, hash: string, node: Node): void {
  const labels = { [hashLabel]: hash, 'pod-template-generation': String(daemonSet.metadata.generation ?? 1) };
  const body = podFromTemplate(daemonSet, labels, `${daemonSet.metadata.name}-`, specFor(daemonSet, node));
  ownedPods(context, source).create(daemonSet, body);
}

function remove(context: Context, daemonSet: DaemonSet, pod: Pod): void {
  ownedPods(context, source).remove(daemonSet, pod);
}

/** Replaces pods of an older template, as many at a time as maxUnavailable allows; broken ones at once. */
function update(context: Context, daemonSet: DaemonSet, hash: string, wanted: readonly Node[]): void {
  if (daemonSet.spec.updateStrategy?.type === 'OnDelete') return;
  const active = podsOf(context, daemonSet).filter(isLive);
  const old = active.filter((pod) => pod.metadata.labels?.[hashLabel] !== hash);
  const max = scaledValue(
    daemonSet.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1,
    wanted.length,
    'up',
  );
  const { available } = countAvailable(context, active, daemonSet.spec.minReadySeconds ?? 0);
  const room = Math.max(0, Math.max(1, max) - (wanted.length - available));
  for (const pod of old.filter((one) => !hasReadyCondition(one))) remove(context, daemonSet, pod);
  for (const pod of old.filter(hasReadyCondition).slice(0, room)) remove(context, daemonSet, pod);
}

function writeStatus(
  context: Context,
  daemonSet: DaemonSet,
  hash: string,
  wanted: readonly Node[],
): number | undefined {
  const names = new Set(wanted.map((node) => node.metadata.name));
  const active = podsOf(context, daemonSet).filter(isLive);
  const placed = active.filter((pod) => names.has(targetOf(pod) ?? ''));
  const { available, lookAgainMs } = countAvailable(context, placed, daemonSet.spec.minReadySeconds ?? 0);
  const { namespace, name } = daemonSet.metadata;
  updateObject(
    context,
    'daemonsets',
    namespace,
    name,
    (current) => ({
      ...current,
      status: {
        observedGeneration: current.metadata.generation,
        desiredNumberScheduled: wanted.length,
        currentNumberScheduled: placed.length,
        numberMisscheduled: active.length - placed.length,
        numberReady: placed.filter(hasReadyCondition).length,
        numberAvailable: available,
        numberUnavailable: wanted.length - available,
        updatedNumberScheduled: placed.filter((pod) => pod.metadata.labels?.[hashLabel] === hash).length,
      },
    }),
    'status',
  );
  return lookAgainMs;
}
