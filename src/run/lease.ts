import type { CoordinationV1Api } from '@kubernetes/client-node';
import { abortsAfter } from '../base/signals.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import { holderHere, runLease, runLeaseHold } from '../changes/kinds/index.ts';
import { type HeldLease, holdLease } from '../kube/lease.ts';

/** The limit for giving the lease back when it could not be taken. Real milliseconds. */
const refusedLimitMs = 60_000;

/** The lease of a cluster, held by this process. Unwinding to `mark` deletes it. */
interface ClusterLease extends HeldLease {
  readonly mark: number;
}

/**
 * Takes the lease of a cluster, so that no other midflight changes the cluster. It is a change as any other: in the journal
 * before it is taken. Throws `cluster-failed` with the holder if somebody else holds it; then nothing is left to unwind.
 */
export async function takeClusterLease(changes: ChangeLog, api: CoordinationV1Api): Promise<ClusterLease> {
  const holder = holderHere();
  const mark = changes.mark();
  await changes.make(runLeaseHold, runLease, { holder });
  const held = await holdLease({ ...runLease, api, holder }).catch(async (error) => {
    await changes.unwind(mark, abortsAfter(refusedLimitMs));
    throw error;
  });
  return {
    mark,
    lost: held.lost,
    release: () => held.release().catch(() => {}), // it ends by itself, seconds later
  };
}
