import type { PlannedCheck, PlannedEdge } from '../plan/schema.ts';

/** What one check found. `detail`: '200', '503', 'timeout', 'refused', … */
export interface CheckResult {
  readonly ok: boolean;
  readonly detail: string;
}

/** The balancer's verdict on one node, with the run of like results that leads to the next. */
export interface Health {
  readonly healthy: boolean;
  /** Results in a row that contradict the verdict. */
  readonly contrary: number;
}

/**
 * A target that no check has decided on yet. One that counts as healthy is down after its first failed check (HAProxy
 * src/server.c: "up, but will fall at first failure"), one that does not is up after as many good ones as it takes.
 */
export function newTarget(
  counts: PlannedEdge['newTarget'],
  { unhealthyThreshold }: Pick<PlannedCheck, 'unhealthyThreshold'>,
): Health {
  return counts === 'healthy'
    ? { healthy: true, contrary: unhealthyThreshold - 1 }
    : { healthy: false, contrary: 0 };
}

/** A changed health check leaves the verdict as it is and counts anew. */
export function recheck(health: Health): Health {
  return { healthy: health.healthy, contrary: 0 };
}

/** The verdict after one more check: it turns after as many contrary results in a row as the threshold. */
export function judge(
  health: Health,
  result: CheckResult,
  rule: Pick<PlannedCheck, 'healthyThreshold' | 'unhealthyThreshold'> & { readonly ejectOn503: boolean },
): Health {
  if (result.ok === health.healthy) return { healthy: health.healthy, contrary: 0 };
  const contrary = health.contrary + 1;
  const atOnce = health.healthy && rule.ejectOn503 && result.detail === '503';
  const threshold = health.healthy ? rule.unhealthyThreshold : rule.healthyThreshold;
  if (atOnce || contrary >= threshold) return { healthy: !health.healthy, contrary: 0 };
  return { healthy: health.healthy, contrary };
}
