import { hostname } from 'node:os';
import { CoordinationV1Api } from '@kubernetes/client-node';
import type { ChangeLog, Unwound } from '../changes/change-log.ts';
import { runLease, runLeaseHold } from '../changes/kinds/index.ts';
import type { EventOf } from '../history/schema.ts';
import { type HeldLease, holdLease } from '../kube/lease.ts';
import type { Provider } from '../providers/provider.ts';

/** For all that is undone in the cluster at the end. Real milliseconds. */
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
export function hold(changes: ChangeLog, provider: Provider): ClusterHold {
  let marks: { hold: number; changes: number } | null = null;
  let lease: HeldLease | null = null;
  return {
    async take(lost) {
      if (provider.cluster.disposable) return;
      const holder = `midflight on ${hostname()}, process ${process.pid}`;
      const mark = changes.mark();
      await changes.make(runLeaseHold, runLease, { holder });
      marks = { hold: mark, changes: changes.mark() };
      lease = await holdLease({
        ...runLease,
        api: provider.cluster.kubeConfig().makeApiClient(CoordinationV1Api),
        holder,
      });
      void lease.lost.then(({ message }) => lost({ instrument: 'lease', code: 'gave-up', reason: message }));
    },
    async release() {
      if (marks === null) return [];
      const signal = AbortSignal.timeout(undoLimitMs);
      // The lease is renewed until all that it protects has been undone.
      const unwound = await changes.unwind(marks.changes, signal);
      await lease?.release().catch(() => {}); // it ends by itself, seconds later
      return [...unwound, ...(await changes.unwind(marks.hold, signal))];
    },
  };
}
