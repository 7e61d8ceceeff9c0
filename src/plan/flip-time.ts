import type { Milliseconds } from '../base/units.ts';
import type { TrafficPolicy } from '../catalogue/policies.ts';
import type { PlannedEdge } from './schema.ts';

type Delays = Pick<PlannedEdge, 'reconcileDelayMs' | 'addressGoneMs' | 'groupSwapMs' | 'verdictDelayMs'>;

/** The parts of a flip that pass before and after the new checks decide, milliseconds of cluster time. */
export function followMs(edge: Delays): Milliseconds {
  return edge.reconcileDelayMs + edge.addressGoneMs + edge.groupSwapMs + edge.verdictDelayMs;
}

/** The longest that the checks of this policy may take to turn a verdict there and back, milliseconds of cluster time. */
export function turnsMs({ checks }: Pick<PlannedEdge, 'checks'>, policy: TrafficPolicy): Milliseconds {
  const { unhealthyThreshold, healthyThreshold, intervalMs, timeoutMs } = checks[policy];
  return (unhealthyThreshold + healthyThreshold + 1) * (intervalMs + timeoutMs);
}

/** The time from the end of the last pod on a node until the balancer sends it nothing new, ms of cluster time. */
export function detectionMs(
  { checks, verdictDelayMs }: Pick<PlannedEdge, 'checks' | 'verdictDelayMs'>,
  policy: TrafficPolicy,
): Milliseconds {
  const { unhealthyThreshold, intervalMs, timeoutMs } = checks[policy];
  return unhealthyThreshold * (intervalMs + timeoutMs) + verdictDelayMs;
}

/** Whether a flip leaves the address without anybody behind it for a while: what is lost then is the flip's doing. */
export function leavesNobody(onFlip: PlannedEdge['onFlip']): boolean {
  return onFlip === 'recreate-address' || onFlip === 'restart' || onFlip === 'new-target-group';
}
