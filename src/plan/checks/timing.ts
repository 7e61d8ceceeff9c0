import { formatDuration } from '../../base/units.ts';
import type { Problem } from '../../scenario/error.ts';
import { fewestProbes, longestRunSeconds } from '../limits.ts';
import type { Plan } from '../schema.ts';
import { expectedWallSeconds } from '../wall.ts';
import type { PathTo } from './path.ts';

/** Times that must fit each other. */
export const timingProblems = (plan: Plan, pathTo: PathTo): Problem[] => [
  ...stabilityProblems(plan, pathTo),
  ...leaseProblems(plan, pathTo),
];

/** A window of `stability` in which hardly a probe is sent is good by chance. */
function stabilityProblems({ load, stabilityMs }: Plan, pathTo: PathTo): Problem[] {
  return load.flatMap((item, index): Problem[] => {
    if (item.kind !== 'probe') return [];
    const probes = (item.rate * stabilityMs) / 1000;
    if (probes >= fewestProbes) return [];
    const seconds = Math.ceil(fewestProbes / item.rate);
    return [
      {
        path: pathTo('load', index, 'rate'),
        what: `a window of stability (${formatDuration(stabilityMs)}) has fewer than ${fewestProbes} probes of '${item.name}'`,
        hint: `set rate: ${Math.ceil((fewestProbes * 1000) / stabilityMs)}, or stability: ${seconds}s`,
      },
    ];
  });
}

/** A lease that is renewed too seldom lets a living node be marked NotReady. */
function leaseProblems({ timers }: Plan, pathTo: PathTo): Problem[] {
  const least = timers.leaseRenewMs + timers.nodeMonitorPeriodMs;
  if (timers.nodeMonitorGraceMs > least) return [];
  const renewed = formatDuration(timers.leaseRenewMs);
  return [
    {
      path: pathTo('timers', 'nodeMonitorGracePeriod'),
      what: `living nodes would be marked NotReady: the lease is renewed every ${renewed}, and the grace period is ${formatDuration(timers.nodeMonitorGraceMs)}`,
      hint: `make nodeMonitorGracePeriod longer than ${formatDuration(least)}, or leaseRenewInterval shorter`,
    },
  ];
}

/** A run that nobody will wait for. */
export function lengthProblems(plan: Plan, pathTo: PathTo): Problem[] {
  const seconds = expectedWallSeconds(plan);
  if (seconds <= longestRunSeconds) return [];
  return [
    {
      path: pathTo('repeats'),
      what: `the run would take ${Math.round(seconds / 3600)} hours`,
      hint: 'use fewer repeats or shorter durations; a run may take a week at most',
    },
  ];
}
