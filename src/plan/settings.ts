import { formatDuration } from '../base/units.ts';
import type { Plan } from './schema.ts';

/**
 * The settings that decide losses, by the name under which people know them. A report shows them beside the versions.
 * `client`: the addresses that this word means in an allow-list here.
 */
export function settingsOf(plan: Plan, client = 'client'): Record<string, string> {
  return plan.ownCluster === undefined ? all(plan, client) : seen(plan);
}

/** Those that objects of the API show: of a cluster that midflight has not made it knows no others. */
function seen({ ingress, service }: Plan): Record<string, string> {
  return {
    'ingress terminationGracePeriod': formatDuration(ingress.terminationGraceMs),
    'ingress preStop sleep': hookWords(ingress.preStopMs),
    ...ofService(service),
  };
}

const ofService = ({ affinitySeconds, trafficDistribution }: Plan['service']) => ({
  'service sessionAffinity': affinitySeconds === null ? 'None' : `ClientIP for ${affinitySeconds} s`,
  'service trafficDistribution': trafficDistribution ?? 'none',
});

function all({ ingress, service, timers }: Plan, client: string): Record<string, string> {
  const list = (items: readonly string[]) => (items.length === 0 ? 'none' : items.join(', '));
  return {
    'ingress graceTimeOut': formatDuration(ingress.graceTimeOutMs),
    'ingress requestAcceptGraceTimeout': formatDuration(ingress.requestAcceptGraceTimeoutMs),
    'ingress readiness': readinessWords(ingress),
    'ingress terminationGracePeriod': formatDuration(ingress.terminationGraceMs),
    'ingress preStop sleep': hookWords(ingress.preStopMs),
    'ingress start delay': formatDuration(ingress.startDelayMs),
    'ingress port of the node': ingress.hostNetwork ? 'hostNetwork' : ingress.hostPort ? 'hostPort' : 'none',
    'ingress upstream': upstreamWords(ingress),
    'ingress TLS': ingress.tls ? 'on port 443, and the load comes there' : 'none',
    ...ofService(service),
    'service internalTrafficPolicy': service.internalTrafficPolicy,
    'service loadBalancerSourceRanges': list(service.sourceRanges),
    'ingress forwardedHeaders.trustedIPs': list(ingress.trustedIPs),
    'ingress ipAllowList': list(ingress.allowList.map((range) => (range === 'client' ? client : range))),
    'node-monitor-grace-period': formatDuration(timers.nodeMonitorGraceMs),
    'node-monitor-period': formatDuration(timers.nodeMonitorPeriodMs),
    'node lease renewed every': formatDuration(timers.leaseRenewMs),
    'pods of a dead node evicted after': formatDuration(timers.podEvictionMs),
    'kube-proxy minSyncPeriod': formatDuration(timers.proxyMinSyncMs),
  };
}

function upstreamWords({ h2c }: Plan['ingress']): string {
  if (h2c === undefined) return 'HTTP/1.1 to endpoints';
  const ping =
    h2c.readIdleMs === 0
      ? 'no ping'
      : `ping after ${formatDuration(h2c.readIdleMs)} of silence, given up ${formatDuration(h2c.pingTimeoutMs)} later`;
  return `h2c to ${h2c.via === 'service' ? "the Service's address" : 'endpoints'}, ${ping}`;
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
