import { clusters } from '../catalogue/clusters.ts';
import type { Plan, PlannedLoad } from './schema.ts';

/*
 * What an experiment on the embedded cluster takes of the machine. Measured by `npm run bench -- capacity` (docs/benchmarks.md); each
 * figure is CPU seconds of all our processes together.
 */

/** The conductor, the edge and the control plane, in cores. */
const baseCores = 0.22;
/** A node a second of cluster time: leases, readiness, health checks. */
const perNodeSecond = 0.0012;
/** A chunk on its way from the app through ingress, node and edge to the recorder. */
const perChunk = 62e-6;
/** A connection through edge, node and ingress, with its request. */
const perRequest = 1.5e-3;

/** Above this share of the cores whatever else runs makes instruments late. */
const freeShare = 0.75;

/** Cores that the plan's load keeps busy while streams begin and flow, if it is to go on in time. */
export function coresNeeded({ nodes, load, timeScale }: Plan): number {
  const ofLoad = load.reduce((sum, item) => sum + perSecond(item), 0);
  return baseCores + timeScale * (nodes.length * perNodeSecond + ofLoad);
}

/** CPU seconds a second of cluster time. */
function perSecond(load: PlannedLoad): number {
  switch (load.kind) {
    case 'streams': {
      const chunks = load.concurrency / (load.chunkIntervalMs / 1000);
      const startsPerSecond = load.concurrency / Math.max(1, load.rampMs / 1000);
      return chunks * perChunk + startsPerSecond * perRequest;
    }
    case 'probe':
      return load.rate * load.lanes.length * perRequest;
    case 'autocannon':
      return load.rate * perRequest;
    case 'k6':
      return (load.rate ?? load.vus) * perRequest;
  }
}

/** The warning before a run that asks for more than this machine has; null if it does not. Only for an embedded cluster. */
export function capacityNotice(plan: Plan, cores: number): string | null {
  if (!clusters[plan.provider].madeOfProcesses) return null;
  const needed = coresNeeded(plan);
  if (needed <= cores * freeShare) return null;
  const slower = plan.timeScale > 1 ? `, lower timeScale (${plan.timeScale})` : '';
  return `this asks for about ${needed.toFixed(1)} cores and this machine has ${cores}: connections and checks will be late, and results unknown. Use fewer nodes or streams, a longer ramp${slower}`;
}
