import { MidflightError } from '../base/errors.ts';
import { abortController } from '../base/signals.ts';
import type { HistoryEvent } from '../history/schema.ts';
import type { PlannedOwnCluster } from '../plan/schema.ts';
import { lossReader } from './loss-reader.ts';

/** What the clients of a cluster that is there already may lose in a run, and the end of the run when they lose more. */
interface LossBudget {
  observe(event: HistoryEvent): void;
  /** Aborted with `cluster-failed` once more was lost: all is undone then. */
  readonly stop: AbortSignal;
}

/** Counts over the whole run, what its faults and flips cost included; a null is no limit. */
export function lossBudget({
  maxLost,
  maxFailed,
}: Pick<PlannedOwnCluster, 'maxLost' | 'maxFailed'>): LossBudget {
  const controller = abortController();
  const lossOf = lossReader();
  const failed = new Map<string, number>();
  let lost = 0;
  const check = (count: number, most: number | null, what: string, key: string) => {
    if (most === null || count <= most || controller.signal.aborted) return;
    const text = `${what}: ${count}, and ${key} is ${most}: the run was ended`;
    controller.abort(new MidflightError('cluster-failed', text));
  };
  return {
    observe(event) {
      const loss = lossOf(event);
      if (loss === null) return;
      const { lane } = loss;
      if (lane === null) {
        lost += 1;
        check(lost, maxLost, 'streams lost', 'maxLost');
        return;
      }
      const count = (failed.get(lane) ?? 0) + 1;
      failed.set(lane, count);
      check(count, maxFailed, `failed probes on ${lane} connections`, 'maxFailed');
    },
    stop: controller.signal,
  };
}
