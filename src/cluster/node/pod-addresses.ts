import type { Clock } from '../../base/clock.ts';
import { type Milliseconds, type Nanoseconds, nsPerMs } from '../../base/units.ts';
import type { NodeConfig } from './config.ts';

/** Addresses of a node's pods. */
interface PodAddresses {
  /** The first that no pod has; undefined: there is none. */
  take(): string | undefined;
  /** Its pod has ended. */
  freed(address: string | undefined): void;
}

/** Cluster time. Longer than any rule or kept connection to an ended pod is looked at. */
const restMs: Milliseconds = 60_000;

/**
 * An address is not given again at once, as long as there are others: somebody may still send to the pod that had it. The host-local
 * plugin goes round for the same reason (containernetworking/plugins, plugins/ipam/host-local/backend/allocator/allocator.go,
 * GetIter). Otherwise the first free one, so that a pod in the same place has the same address in every trial.
 */
export function addressPool(
  { podAddresses: all, timeScale }: Pick<NodeConfig, 'podAddresses' | 'timeScale'>,
  { now }: Pick<Clock, 'now'>,
  inUse: () => readonly string[],
): PodAddresses {
  const freedAt = new Map<string, Nanoseconds>();
  const restNs = (restMs / timeScale) * nsPerMs;
  return {
    take() {
      const taken = new Set(inUse());
      const free = all.filter((one) => !taken.has(one));
      const rested = (one: string) => now() - (freedAt.get(one) ?? Number.NEGATIVE_INFINITY) > restNs;
      return free.find(rested) ?? free[0];
    },
    freed(address) {
      if (address !== undefined) freedAt.set(address, now());
    },
  };
}
