import { parseDuration } from '../../base/units.ts';
import { flagOf, graceSecondsOf, isTraefik, preStopSecondsOf, workloadName } from '../facts/workloads.ts';
import type { WorkloadObject } from '../snapshot.ts';
import type { ServiceCheck } from './check.ts';

/** Traefik's default (docs, entryPoints.transport.lifeCycle.graceTimeOut). */
const traefikGraceSeconds = 10;

export const graceShorterThanRequest: ServiceCheck = {
  id: 'MF012',
  name: 'grace-shorter-than-request',
  severity: 'medium',
  words: 'A pod that is ended has less time than the longest request takes.',
  scenario: null,
  of: 'service',
  needs: [],
  find({ workloads }, _cluster, { longestSeconds }) {
    if (longestSeconds === null) return null;
    for (const workload of workloads) {
      const { seconds, why } = graceOf(workload);
      if (seconds >= longestSeconds) continue;
      return {
        confidence: 'seen',
        summary: `a pod that is ended cuts requests after ${seconds} s, and the longest takes ${longestSeconds} s`,
        evidence: [`${workloadName(workload)}: ${why}`],
        values: { graceSeconds: seconds, longestSeconds },
        remedy: { text: `give requests ${longestSeconds} s: ${why.split(' ')[0]}` },
      };
    }
    return null;
  },
};

/** What a request in flight gets once the preStop hook is over; the shortest of what ends it. */
function graceOf(workload: WorkloadObject): { seconds: number; why: string } {
  const kubelet = graceSecondsOf(workload) - (preStopSecondsOf(workload) ?? 0);
  const limits = [
    {
      seconds: kubelet,
      why: `terminationGracePeriodSeconds ${graceSecondsOf(workload)}, of which preStop takes ${preStopSecondsOf(workload) ?? 0}`,
    },
  ];
  if (isTraefik(workload)) {
    const given = flagOf(workload, /^--entrypoints\.[^.]+\.transport\.lifecycle\.gracetimeout$/i);
    const seconds = given === undefined ? traefikGraceSeconds : secondsOf(given);
    if (seconds !== null)
      limits.push({
        seconds,
        why: `graceTimeOut of Traefik's entry points ${given ?? `${traefikGraceSeconds}s by default`}`,
      });
  }
  return limits.reduce((least, one) => (one.seconds < least.seconds ? one : least));
}

/** Traefik takes Go's durations and plain seconds. */
function secondsOf(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text);
  const ms = parseDuration(text);
  return ms === undefined ? null : ms / 1000;
}
