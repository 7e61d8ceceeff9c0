import { formatDuration } from '../base/units.ts';
import type { Plan } from './schema.ts';

/**
 * The settings that decide losses, by the name under which people know them. A report shows them beside the versions.
 * `client`: what the word stands for in an allow-list here.
 */
export function settingsOf({ ingress, service, timers }: Plan, client = 'client'): Record<string, string> {
  const list = (items: readonly string[]) => (items.length === 0 ? 'none' : items.join(', '));
  return {
    'ingress graceTimeOut': formatDuration(ingress.graceTimeOutMs),
    'ingress requestAcceptGraceTimeout': formatDuration(ingress.requestAcceptGraceTimeoutMs),
    'ingress readiness': readinessWords(ingress),
    'ingress terminationGracePeriod': formatDuration(ingress.terminationGraceMs),
    'ingress preStop sleep': hookWords(ingress.preStopMs),
    'ingress start delay': formatDuration(ingress.startDelayMs),
    'service sessionAffinity':
      service.affinitySeconds === null ? 'None' : `ClientIP for ${service.affinitySeconds} s`,
    'service trafficDistribution': service.trafficDistribution ?? 'none',
    'ingress forwardedHeaders.trustedIPs': list(ingress.trustedIPs),
    'ingress ipAllowList': list(ingress.allowList.map((range) => (range === 'client' ? client : range))),
    'node-monitor-grace-period': formatDuration(timers.nodeMonitorGraceMs),
    'node-monitor-period': formatDuration(timers.nodeMonitorPeriodMs),
    'node lease renewed every': formatDuration(timers.leaseRenewMs),
    'pods of a dead node evicted after': formatDuration(timers.podEvictionMs),
    'kube-proxy minSyncPeriod': formatDuration(timers.proxyMinSyncMs),
  };
}

const hookWords = (preStopMs: number) => (preStopMs === 0 ? 'none' : formatDuration(preStopMs));

function readinessWords({ readinessPeriodMs, readiness }: Plan['ingress']): string {
  const { initialDelayMs, failureThreshold, successThreshold } = readiness;
  return [
    `/ping every ${formatDuration(readinessPeriodMs)}`,
    ...(initialDelayMs === 0 ? [] : [`from ${formatDuration(initialDelayMs)} after the start`]),
    ...(successThreshold === 1 ? [] : [`in after ${successThreshold} successes`]),
    failureThreshold === 1 ? 'out after one failure' : `out after ${failureThreshold} failures`,
  ].join(', ');
}
