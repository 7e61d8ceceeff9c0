import type { NodeName } from '../base/units.ts';
import { performOn } from './health-checks.ts';
import type { Desired } from './targets.ts';

/** Real milliseconds: whoever is there answers a SYN at once. */
const timeoutMs = 1000;

/**
 * Tries the way that connections will take. A health check need not show it: that of kube-proxy itself passes before a new
 * Service has been programmed, which is up to a second (`minSyncPeriod`) and longer in a large cluster.
 */
export function createReach(options: Omit<Parameters<typeof performOn>[0], 'timeScale'>): {
  /** The targets through which a pod took a connection; null: there is no Service, or this is being asked already. */
  reach(desired: Desired | null): Promise<NodeName[] | null>;
} {
  let busy = false;
  return {
    async reach(desired) {
      const service = desired?.service ?? null;
      if (busy || desired === null || service === null) return null;
      busy = true;
      const found = await Promise.all(
        desired.targets.map(async (target) => {
          const port = target.podPort === undefined ? 'nodePort' : 'pod';
          const check = { kind: 'tcp', port, path: '', timeoutMs } as const;
          const { ok } = await performOn({ ...options, timeScale: 1 }, check, service, target);
          return ok ? [target.name] : [];
        }),
      );
      busy = false;
      return found.flat();
    },
  };
}
