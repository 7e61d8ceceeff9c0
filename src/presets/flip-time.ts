import type { Milliseconds } from '../base/units.ts';
import type { PlannedEdge } from './schema.ts';

/** The parts of a flip that pass before and after the new checks decide, milliseconds of cluster time. */
export function flipMs(
  edge: Pick<PlannedEdge, 'reconcileDelayMs' | 'addressGoneMs' | 'groupSwapMs' | 'verdictDelayMs'>,
): Milliseconds {
  return edge.reconcileDelayMs + edge.addressGoneMs + edge.groupSwapMs + edge.verdictDelayMs;
}
