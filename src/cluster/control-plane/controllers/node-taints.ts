import { readyConditionOf } from '../../../kube/ready.ts';
import type { Node } from '../api/kinds.ts';
import { updateObject } from '../api/registry.ts';
import { type Context, timestamp } from '../context.ts';
import type { Controller } from './controller.ts';

const managed = [
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/unschedulable',
];

/** NoSchedule taints that follow a node's condition and cordon at once (doNoScheduleTaintingPass). */
export function nodeTaints(context: Context): Controller {
  return {
    name: 'node-taints',
    watches: ['nodes'],
    sync() {
      for (const node of context.store.list('nodes')) {
        setTaints(context, node.metadata.name, 'NoSchedule', managed, wanted(node));
      }
      return undefined;
    },
  };
}

function wanted(node: Node): string[] {
  const ready = readyConditionOf(node)?.status;
  const keys: string[] = [];
  if (ready === 'Unknown') keys.push('node.kubernetes.io/unreachable');
  else if (ready !== 'True') keys.push('node.kubernetes.io/not-ready');
  if (node.spec?.unschedulable === true) keys.push('node.kubernetes.io/unschedulable');
  return keys;
}

/** Makes the node carry, of the keys under our care with this effect, exactly `keys`. */
export function setTaints(
  context: Context,
  nodeName: string,
  effect: string,
  underCare: readonly string[],
  keys: readonly string[],
): void {
  updateObject(context, 'nodes', undefined, nodeName, (node) => {
    const taints = node.spec?.taints ?? [];
    const kept = taints.filter(
      (taint) => taint.effect !== effect || !underCare.includes(taint.key) || keys.includes(taint.key),
    );
    const added = keys
      .filter((key) => !kept.some((taint) => taint.key === key && taint.effect === effect))
      .map((key) => ({ key, effect, timeAdded: timestamp(context.wall()) }));
    if (added.length === 0 && kept.length === taints.length) return node;
    const { taints: _, ...spec } = node.spec ?? {};
    const next = [...kept, ...added];
    return { ...node, spec: next.length === 0 ? spec : { ...spec, taints: next } };
  });
}
