import { formatDuration, parseDuration } from '../../base/units.ts';
import type { Problem } from '../error.ts';
import type { Sound } from './sound.ts';

/** What Kubernetes refuses of how pods start and end, before there is a cluster to refuse it. */
export function checkTermination({ ingress, app }: Sound): Problem[] {
  const problems = [
    ...(ingress === undefined ? [] : hookProblems('ingress', ingress)),
    ...(app === undefined ? [] : hookProblems('app', app)),
  ];
  if (ingress?.readiness.period !== undefined && ingress.traefik.readinessPeriod !== undefined) {
    problems.push({
      path: ['ingress', 'traefik', 'readinessPeriod'],
      what: 'ingress.readiness.period and ingress.traefik.readinessPeriod both set the period of the probe',
      hint: 'keep one of them',
    });
  }
  return problems;
}

/** pkg/apis/core/validation, validateSleepAction: no longer than terminationGracePeriodSeconds. */
function hookProblems(
  part: 'ingress' | 'app',
  { preStop, terminationGracePeriod }: { readonly preStop: string; readonly terminationGracePeriod: string },
): Problem[] {
  const [hook = 0, grace = 0] = [parseDuration(preStop), parseDuration(terminationGracePeriod)];
  if (hook <= grace) return [];
  return [
    {
      path: [part, 'preStop'],
      what: `${part}.preStop (${formatDuration(hook)}) is longer than terminationGracePeriod (${formatDuration(grace)}), which Kubernetes refuses`,
      hint: `set ${part}.terminationGracePeriod to preStop and the time that open requests need after it`,
    },
  ];
}
