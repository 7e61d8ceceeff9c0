import type { Milliseconds } from '../base/units.ts';
import type { PlannedEdge } from './schema.ts';

/** The parts of a flip that pass before and after the new checks decide, milliseconds of cluster time. */
export function followMs(
  edge: Pick<PlannedEdge, 'reconcileDelayMs' | 'addressGoneMs' | 'groupSwapMs' | 'verdictDelayMs'>,
): Milliseconds {
  return edge.reconcileDelayMs + edge.addressGoneMs + edge.groupSwapMs + edge.verdictDelayMs;
}

/** Whether a flip leaves the address without anybody behind it for a while: what is lost then is the flip's doing. */
export function leavesNobody(onFlip: PlannedEdge['onFlip']): boolean {
  return onFlip === 'recreate-address' || onFlip === 'restart' || onFlip === 'new-target-group';
}
