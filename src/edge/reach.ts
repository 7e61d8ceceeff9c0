import type { Random } from '../base/random.ts';
import type { NodeName } from '../base/units.ts';
import type { CheckRequest } from './check.ts';
import type { CheckResult } from './health.ts';
import { checkPort } from './health-checks.ts';
import type { Desired } from './targets.ts';

interface ReachOptions {
  readonly random: Random;
  readonly from: string | null;
  perform(request: CheckRequest): Promise<CheckResult>;
}

/** Real milliseconds: whoever is there answers a SYN at once. */
const timeoutMs = 1000;

/**
 * Tries the way that connections will take. A health check need not show it: that of kube-proxy itself passes before a new
 * Service has been programmed, which is up to a second (`minSyncPeriod`) and longer in a large cluster.
 */
export function createReach({ random, from, perform }: ReachOptions): {
  /** The targets through which a pod took a connection; null: this is being asked already. */
  reach(desired: Desired): Promise<NodeName[] | null>;
} {
  let busy = false;
  return {
    async reach({ service, targets }) {
      if (busy || service === null) return null;
      busy = true;
      const found = await Promise.all(
        targets.map(async (target) => {
          const port = target.podPort ?? checkPort('nodePort', service);
          if (port === null) return [];
          const { ok } = await perform({
            kind: 'tcp',
            host: target.address,
            port: port + target.portOffset,
            path: '/',
            timeoutMs,
            from,
            hello: target.hello ? Math.floor(random() * 2 ** 32) : null,
          });
          return ok ? [target.name] : [];
        }),
      );
      busy = false;
      return found.flat();
    },
  };
}
