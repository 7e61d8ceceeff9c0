import { hostname } from 'node:os';
import { CoordinationV1Api } from '@kubernetes/client-node';
import type { ChangeLog, Unwound } from '../changes/change-log.ts';
import type { EventOf } from '../history/schema.ts';
import { type HeldLease, holdLease } from '../kube/lease.ts';
import type { Provider } from '../providers/provider.ts';

/** The lease by which two runs do not change one cluster at once. */
export const runLease = { namespace: 'kube-system', name: 'midflight' } as const;

/** For all that is undone in the cluster at the end. Real milliseconds. */
const undoLimitMs = 300_000;

type Lost = Pick<EventOf<'instrument-failed'>, 'instrument' | 'code' | 'reason'>;

/** A cluster that outlives the run, held by it: nobody else's at the same time, and left as it was. */
export interface Hold {
  /** Once the cluster is up. `lost`: somebody else has it now. Throws `cluster-failed` if another run holds it. */
  take(lost: (why: Lost) => void): Promise<void>;
  /** Undoes what was changed in the cluster since, and gives the lease back. Safe to call if it was never taken. */
  release(): Promise<Unwound[]>;
}

/** A cluster that goes with its run needs neither: nobody else has it, and nothing in it has to be mended. */
export function hold(changes: ChangeLog, provider: Provider): Hold {
  let mark: number | null = null;
  let lease: HeldLease | null = null;
  return {
    async take(lost) {
      if (provider.cluster.disposable) return;
      lease = await holdLease({
        ...runLease,
        api: provider.cluster.kubeConfig().makeApiClient(CoordinationV1Api),
        holder: `midflight on ${hostname()}, process ${process.pid}`,
      });
      mark = changes.mark();
      void lease.lost.then(({ message }) => lost({ instrument: 'lease', code: 'gave-up', reason: message }));
    },
    async release() {
      if (mark === null) return [];
      const unwound = await changes.unwind(mark, AbortSignal.timeout(undoLimitMs));
      await lease?.release().catch(() => {}); // it ends by itself, seconds later
      return unwound;
    },
  };
}
