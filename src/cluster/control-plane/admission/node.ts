import type { Node } from '../api/kinds.ts';
import type { Context } from '../context.ts';

/**
 * New nodes are not-ready until the node lifecycle controller sees otherwise, so that nothing is scheduled too soon
 * (plugin/pkg/admission/noderestriction: TaintNodesByCondition).
 */
export function nodeStrategy(_context: Context, next: Node, previous: Node | undefined): Node {
  const labels = {
    'kubernetes.io/hostname': next.metadata.name,
    'kubernetes.io/os': 'linux',
    ...next.metadata.labels,
  };
  if (previous !== undefined) return next;
  const key = 'node.kubernetes.io/not-ready';
  const taints = next.spec?.taints ?? [];
  const all = taints.some((taint) => taint.key === key) ? taints : [...taints, { key, effect: 'NoSchedule' }];
  return { ...next, metadata: { ...next.metadata, labels }, spec: { ...next.spec, taints: all } };
}
