import { nodeCordon, podEviction } from '../changes/kinds/index.ts';
import type { NodeFault } from './fault.ts';

/** Cordon, then evict every pod but those of DaemonSets, as `kubectl drain --ignore-daemonsets` does. */
export const drain: NodeFault = {
  kind: 'drain',
  needs: [],
  async inject(context, node) {
    const limitMs = context.parameter('timeout');
    context.began(context.now(), 'cordoned, its pods evicted');
    await context.changes.make(nodeCordon, { node }, { cordoned: true });
    const pods = await context.podsOn(node, 'all');
    const movable = pods.filter(({ ownerKind }) => ownerKind !== 'DaemonSet');
    const results = await Promise.all(
      movable.map(({ ownerKind: _, ...pod }) => context.changes.make(podEviction, pod, { limitMs })),
    );
    const evicted = results.filter(Boolean).length;
    return { affected: evicted, detail: evictedWords(evicted, pods.length) };
  },
};

function evictedWords(evicted: number, pods: number): string {
  if (evicted > 0) return `${evicted} ${evicted === 1 ? 'pod' : 'pods'} evicted`;
  return pods === 0
    ? 'no pod was evicted: none runs there'
    : 'no pod was evicted: those that run there belong to DaemonSets, which a drain leaves';
}
