import { CoordinationV1Api } from '@kubernetes/client-node';
import { abortsAfter } from '../base/signals.ts';
import type { ChangeLog, Unwound } from '../changes/change-log.ts';
import type { EventOf } from '../history/schema.ts';
import type { Provider } from '../providers/provider.ts';
import { takeClusterLease } from './lease.ts';

/** The limit for everything that is undone in the cluster at the end. Real milliseconds. */
const undoLimitMs = 300_000;

type Lost = Pick<EventOf<'instrument-failed'>, 'instrument' | 'code' | 'reason'>;

/** A cluster that outlives the run, held by it: nobody else's at the same time, and left as it was. */
export interface ClusterHold {
  /** Once the cluster is up. `lost`: somebody else has it now. Throws `cluster-failed` if another run holds it. */
  take(lost: (why: Lost) => void): Promise<void>;
  /** Undoes what was changed in the cluster since, and gives the lease back. Safe to call if it was never taken. */
  release(): Promise<Unwound[]>;
}

/** A cluster that goes with its run needs neither: nobody else has it, and nothing in it has to be mended. */
export function hold(
  changes: ChangeLog,
  provider: { readonly cluster: Pick<Provider['cluster'], 'disposable' | 'kubeConfig'> },
): ClusterHold {
  let held: Awaited<ReturnType<typeof takeClusterLease>> | null = null;
  let mark = 0;
  return {
    async take(lost) {
      if (provider.cluster.disposable) return;
      held = await takeClusterLease(changes, provider.cluster.kubeConfig().makeApiClient(CoordinationV1Api));
      mark = changes.mark();
      void held.lost.then(({ message }) => lost({ instrument: 'lease', code: 'gave-up', reason: message }));
    },
    async release() {
      if (held === null) return [];
      const signal = abortsAfter(undoLimitMs);
      // The lease is renewed until all that it protects has been undone.
      const unwound = await changes.unwind(mark, signal);
      await held.release();
      return [...unwound, ...(await changes.unwind(held.mark, signal))];
    },
  };
}
