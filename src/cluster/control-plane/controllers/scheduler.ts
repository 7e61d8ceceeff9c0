import { isBeingDeleted, isOver } from '../../../kube/pods.ts';
import type { Node, Pod } from '../api/kinds.ts';
import { type Context, timestamp } from '../context.ts';
import { setPodCondition, withCondition } from './conditions.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';
import { hostPortsOf, misfit, untolerated } from './fit.ts';

const source = 'default-scheduler';

/**
 * Binds pending pods: of the nodes that fit, the one with the fewest pods of the same owner, then the fewest pods, then
 * by name, so that a seed is not needed to know where pods land. Of resources only the number of pods counts.
 */
export function scheduler(context: Context): Controller {
  return {
    name: 'scheduler',
    watches: ['pods', 'nodes'],
    sync() {
      const pending = context.store
        .list('pods')
        .filter((pod) => pod.spec.nodeName === undefined && !isBeingDeleted(pod) && !isOver(pod))
        .filter((pod) => (pod.spec.schedulerName ?? source) === source);
      for (const pod of pending) place(context, pod);
      return undefined;
    },
  };
}

function place(context: Context, pod: Pod): void {
  const nodes = context.store.list('nodes');
  const fitting = nodes.filter((node) => whyNot(context, pod, node) === undefined);
  const best = choose(context, pod, fitting);
  if (best === undefined) unschedulable(context, pod, nodes);
  else bind(context, pod, best);
}

/** A node's pods count until they are gone: a terminating one still has its address. */
function whyNot(context: Context, pod: Pod, node: Node): string | undefined {
  const limit = Number(node.status?.allocatable?.pods ?? Number.POSITIVE_INFINITY);
  const others = context.store
    .list('pods')
    .filter((other) => other.spec.nodeName === node.metadata.name && !isOver(other));
  const taken = new Set(others.flatMap(({ spec }) => hostPortsOf(spec)));
  if (others.length >= limit) return misfit(pod.spec, node) ?? 'Too many pods';
  return (
    misfit(pod.spec, node) ??
    // plugins/nodeports/node_ports.go, ErrReason.
    (hostPortsOf(pod.spec).some((port) => taken.has(port))
      ? "node(s) didn't have free ports for the requested pod ports"
      : undefined)
  );
}

function choose(context: Context, pod: Pod, nodes: readonly Node[]): Node | undefined {
  const owner = ownerOf(pod);
  const others = context.store.list('pods').filter((other) => !isOver(other) && !isBeingDeleted(other));
  const scored = nodes.map((node) => {
    const here = others.filter((other) => other.spec.nodeName === node.metadata.name);
    const avoided = untolerated(node.spec?.taints, pod.spec.tolerations, ['PreferNoSchedule']);
    return {
      node,
      score: [avoided ? 1 : 0, here.filter((other) => ownerOf(other) === owner).length, here.length],
    };
  });
  scored.sort((a, b) => {
    const differing = a.score.findIndex((value, index) => value !== b.score[index]);
    if (differing !== -1) return (a.score[differing] ?? 0) - (b.score[differing] ?? 0);
    return a.node.metadata.name.localeCompare(b.node.metadata.name, 'en', { numeric: true });
  });
  return scored[0]?.node;
}

function ownerOf(pod: Pod): string {
  return pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid ?? pod.metadata.uid;
}

function bind(context: Context, pod: Pod, node: Node): void {
  const now = timestamp(context.wall());
  const conditions = withCondition(pod.status?.conditions, { type: 'PodScheduled', status: 'True' }, now).map(
    (condition) => {
      if (condition.type !== 'PodScheduled') return condition;
      const { reason: _, message: __, ...rest } = condition;
      return rest;
    },
  );
  context.store.put('pods', {
    ...pod,
    spec: { ...pod.spec, nodeName: node.metadata.name },
    status: { ...pod.status, conditions },
  });
  const message = `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${node.metadata.name}`;
  recordEvent(context, pod, { type: 'Normal', reason: 'Scheduled', message, source });
}

function unschedulable(context: Context, pod: Pod, nodes: readonly Node[]): void {
  const reasons = new Map<string, number>();
  for (const node of nodes) {
    const why = whyNot(context, pod, node) ?? '';
    reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
  const list = [...reasons].map(([why, count]) => `${count} ${why}`).sort();
  const message =
    nodes.length === 0
      ? 'no nodes available to schedule pods'
      : `0/${nodes.length} nodes are available: ${list.join(', ')}.`;
  const old = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (old?.status === 'False' && old.message === message) return;
  const set = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  setPodCondition(context, pod.metadata.namespace, pod.metadata.name, set);
  recordEvent(context, pod, { type: 'Warning', reason: 'FailedScheduling', message, source });
}
