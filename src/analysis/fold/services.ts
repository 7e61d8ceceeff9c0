import { secondServiceOf } from '../../catalogue/switchovers.ts';
import type { EventOf } from '../../history/schema.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import type { ServicesRecord } from '../records.ts';

/** Which Services of a run's namespace are whose. */
interface Services {
  readonly record: ServicesRecord;
  /** The run has a plan. */
  begin(plan: Pick<AnyPlan, 'ownCluster'>): void;
  take(event: EventOf<'service'>): void;
}

/**
 * On a cluster that midflight makes every Service is of its workload, and those with a traffic policy are the ingress': the first
 * that is seen is its own, a switchover may make a second one. In the namespace of somebody's own cluster there may be any others.
 */
export function services(): Services {
  let isOwnCluster = false;
  const ingress = new Set<string>();
  return {
    record: {
      get ingressService() {
        const [first = null] = ingress;
        return first;
      },
      partOf: (service) => (ingress.has(service) ? 'ingress' : isOwnCluster ? null : 'app'),
    },
    begin({ ownCluster }) {
      if (ownCluster === undefined) return;
      isOwnCluster = true;
      const { name } = ownCluster.service;
      ingress.add(name).add(secondServiceOf(name));
    },
    take({ service, policy }) {
      if (policy !== null && !isOwnCluster) ingress.add(service);
    },
  };
}
