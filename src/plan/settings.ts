import { formatDuration } from '../base/units.ts';
import type { Plan } from './schema.ts';

/**
 * The settings that decide losses, by the name under which people know them. A report shows them beside the versions.
 * `client`: what the word stands for in an allow-list here.
 */
export function settingsOf({ ingress, timers }: Plan, client = 'client'): Record<string, string> {
  const list = (items: readonly string[]) => (items.length === 0 ? 'none' : items.join(', '));
  return {
    'ingress graceTimeOut': formatDuration(ingress.graceTimeOutMs),
    'ingress requestAcceptGraceTimeout': formatDuration(ingress.requestAcceptGraceTimeoutMs),
    'ingress readiness': `/ping every ${formatDuration(ingress.readinessPeriodMs)}, out after one failure`,
    'ingress terminationGracePeriod': formatDuration(ingress.terminationGraceMs),
    'ingress forwardedHeaders.trustedIPs': list(ingress.trustedIPs),
    'ingress ipAllowList': list(ingress.allowList.map((range) => (range === 'client' ? client : range))),
    'node-monitor-grace-period': formatDuration(timers.nodeMonitorGraceMs),
    'node-monitor-period': formatDuration(timers.nodeMonitorPeriodMs),
    'node lease renewed every': formatDuration(timers.leaseRenewMs),
    'pods of a dead node evicted after': formatDuration(timers.podEvictionMs),
    'kube-proxy minSyncPeriod': formatDuration(timers.proxyMinSyncMs),
  };
}
