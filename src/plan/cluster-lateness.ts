import type { AnyPlan } from './schema.ts';

/** A request and its answer wait for five turns of the cluster's processes: node, ingress, app, ingress, node. */
const turnsOfRequest = 5;

/**
 * Lateness of a process of an embedded cluster above which a request, a health check or a readiness probe may run into its time
 * limit though nothing is wrong with the cluster. Real milliseconds.
 */
export function clusterLatenessLimit({
  load,
  edge,
  ingress,
  timeScale,
}: Pick<AnyPlan, 'load' | 'edge' | 'ingress' | 'timeScale'>): number {
  const ofLoad = load.flatMap((one) => ('timeoutMs' in one ? [one.timeoutMs] : []));
  const ofChecks = Object.values(edge?.checks ?? {}).map(({ timeoutMs }) => timeoutMs);
  const ofReadiness = ingress === undefined ? [] : [ingress.readiness.timeoutMs];
  const shortest = Math.min(...ofLoad, ...ofChecks, ...ofReadiness);
  return Math.max(50, shortest / timeScale / turnsOfRequest);
}
