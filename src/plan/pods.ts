import { leastGraceMs } from '../base/least-grace.ts';
import { formatDuration, type Milliseconds, parseDuration } from '../base/units.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Plan, PlannedPlacement } from './schema.ts';

const ms = (text: string): Milliseconds => parseDuration(text) ?? 0;

/** How pods of the workload start, become ready and end, in milliseconds of cluster time. */
export function planPods(pods: Scenario['ingress'] | Scenario['app']): PlannedPlacement {
  const { kind, replicas, nodeSelector, tolerations, terminationGracePeriod, preStop, startDelay } = pods;
  const { strategy, minReady } = pods;
  return {
    kind,
    replicas,
    nodeSelector,
    tolerations,
    terminationGraceMs: ms(terminationGracePeriod),
    preStopMs: ms(preStop),
    startDelayMs: ms(startDelay),
    ...(strategy === undefined ? {} : { strategy }),
    ...(minReady === undefined ? {} : { minReadyMs: ms(minReady) }),
  };
}

/** Traefik's chart 41.3.0 has periodSeconds 10; 2 s is what most shorten it to. */
const readinessPeriodMs = 2000;

export function planIngress(ingress: Scenario['ingress']): Plan['ingress'] {
  const { traefik, readiness } = ingress;
  const period = readiness.period ?? traefik.readinessPeriod;
  return {
    ...planPods(ingress),
    ...(ingress.hostNetwork ? { hostNetwork: true } : {}),
    ...(ingress.hostPort ? { hostPort: true } : {}),
    ...(ingress.tls ? { tls: true } : {}),
    ...h2cOf(ingress.upstream),
    allowList: ingress.allowList,
    graceTimeOutMs: ms(traefik.graceTimeOut),
    requestAcceptGraceTimeoutMs: ms(traefik.requestAcceptGraceTimeout),
    readinessPeriodMs: period === undefined ? readinessPeriodMs : ms(period),
    readiness: {
      initialDelayMs: ms(readiness.initialDelay),
      timeoutMs: ms(readiness.timeout),
      failureThreshold: readiness.failureThreshold,
      successThreshold: readiness.successThreshold,
    },
    trustedIPs: traefik.trustedIPs,
  };
}

/**
 * Until the kernel gives a connection up whose peer acknowledges nothing: Linux' net.ipv4.tcp_retries2 of 15
 * (Documentation/networking/ip-sysctl.rst: at least 924.6 s).
 */
const tcpGivesUpMs: Milliseconds = 924_600;

function h2cOf({
  protocol,
  via,
  readIdleTimeout,
  pingTimeout,
}: Scenario['ingress']['upstream']): Pick<Plan['ingress'], 'h2c'> {
  if (protocol === 'http1') return {};
  const [readIdleMs, pingTimeoutMs] = [ms(readIdleTimeout), ms(pingTimeout)];
  const givesUpMs = readIdleMs === 0 ? tcpGivesUpMs : Math.min(tcpGivesUpMs, readIdleMs + pingTimeoutMs);
  return { h2c: { via, readIdleMs, pingTimeoutMs, givesUpMs } };
}

/**
 * How long a container lives on from the begin of its termination, if it needs `ownMs` after SIGTERM: the preStop hook
 * runs within the grace period, and SIGKILL follows when that is over (kuberuntime_container.go, killContainer).
 */
export function lifeMs(preStopMs: Milliseconds, graceMs: Milliseconds, ownMs: Milliseconds): Milliseconds {
  const hook = Math.min(preStopMs, graceMs);
  const left = hook === 0 ? graceMs : Math.max(graceMs - hook, leastGraceMs);
  return hook + Math.min(left, ownMs);
}

/** The ingress' own time after SIGTERM: it takes requests, then lets open ones finish. */
export const ownEndMs = ({
  requestAcceptGraceTimeoutMs,
  graceTimeOutMs,
}: Pick<Plan['ingress'], 'requestAcceptGraceTimeoutMs' | 'graceTimeOutMs'>): Milliseconds =>
  requestAcceptGraceTimeoutMs + graceTimeOutMs;

/** A hook leaves the ingress less than it asks for: easily overlooked, as each figure looks right by itself. */
export function cutByGrace({ ingress }: Pick<Plan, 'ingress'>): string[] {
  const { preStopMs, terminationGraceMs } = ingress;
  const wanted = preStopMs + ownEndMs(ingress);
  if (preStopMs === 0 || wanted <= terminationGraceMs) return [];
  const [all, grace] = [wanted, terminationGraceMs].map(formatDuration);
  return [
    `ingress: preStop, requestAcceptGraceTimeout and graceTimeOut take ${all} together, and terminationGracePeriod is ${grace}: what is open then is cut`,
  ];
}

/** What a pod of the plan takes to end by its hook, and another to start in its place. */
export const slowestMs = ({ ingress, app }: Pick<Plan, 'ingress' | 'app'>): Milliseconds =>
  Math.max(
    ingress.preStopMs + ingress.startDelayMs + ingress.readiness.initialDelayMs,
    app.preStopMs + app.startDelayMs,
  );
