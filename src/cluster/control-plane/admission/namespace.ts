import type { Objects } from '../api/kinds.ts';
import type { Context } from '../context.ts';

/** Namespaces carry their name as a label, so that selectors can name them (Kubernetes 1.21). */
export function namespaceStrategy(_context: Context, next: Objects['namespaces']): Objects['namespaces'] {
  const labels = { ...next.metadata.labels, 'kubernetes.io/metadata.name': next.metadata.name };
  const phase = next.metadata.deletionTimestamp === undefined ? 'Active' : 'Terminating';
  return { ...next, metadata: { ...next.metadata, labels }, status: { ...next.status, phase } };
}
