import { MidflightError } from '../../base/errors.ts';
import { knownError } from '../../base/machine-error.ts';
import { timersOf } from '../../base/timers.ts';
import type { Reason } from '../../history/codes.ts';
import type { HistoryEvent } from '../../history/schema.ts';
import type { Plan, PlannedTrial } from '../../plan/schema.ts';
import type { ConductSession } from '../conduct.ts';
import { endOf, type Run, type RunEnd } from '../run.ts';
import { runState } from '../state.ts';
import type { TrialCluster } from '../trial-cluster.ts';
import { clusterBook } from './book.ts';
import { lateWatch } from './late.ts';
import type { ShownPart } from './shown.ts';

/** One attempt at a trial. */
interface TrialOnCluster {
  readonly planned: PlannedTrial;
  /** Gets all that is recorded of it, after what has to be known of its cluster. */
  readonly part: ShownPart;
  /** No other trial will come to this cluster. Asked when it is nearly over. */
  isLast(): boolean;
}

interface EndOnCluster {
  readonly end: RunEnd;
  /** Why it cannot be trusted to be as it would have been alone; null: it can. */
  readonly late: string | null;
  /** A defect of midflight; null: none. */
  readonly defect: unknown;
}

/** A cluster that is used again, while others run trials beside it. */
export interface ReusedCluster {
  /** Never throws. */
  run(trial: TrialOnCluster): Promise<EndOnCluster>;
  /** Why no other trial should come to it; null: it is as it was before the last one. */
  readonly spoiled: Reason | null;
  /** Ends the cluster. What could not be undone is a note of the whole run. */
  close(): Promise<void>;
}

interface ReusedOptions {
  readonly plan: Plan;
  /** Of the whole run. */
  readonly session: ConductSession;
  /** Its cluster, which records into the session that it is given. */
  clusterOf(session: ConductSession, isLast: Run['isLast']): TrialCluster;
}

export function reusedCluster({ plan, session, clusterOf }: ReusedOptions): ReusedCluster {
  const { clock, signal } = session;
  const book = clusterBook();
  const state = runState(undefined, timersOf(clock));
  let current: (TrialOnCluster & { readonly watch: ReturnType<typeof lateWatch> }) | null = null;
  let isOpen = false;

  const record = (event: HistoryEvent) => {
    book.take(event);
    if (current !== null) {
      current.part.take(event);
      current.watch.take(event);
    } else if (event.type === 'note') session.record(event); // belongs to no trial
    state.observe(event);
  };
  const inFront = (then: () => void) => current?.part.inFront(then);
  const own: ConductSession = {
    ...session,
    state,
    record,
    status: (text) => inFront(() => session.status(text)),
    progress(load, message) {
      state.message(load, message);
      inFront(() => session.progress(load, message));
    },
  };
  const cluster = clusterOf(own, () => current?.isLast() ?? false);

  const runOn = async ({ planned, part }: TrialOnCluster): Promise<RunEnd> => {
    signal.throwIfAborted();
    if (isOpen) for (const event of book.known()) part.take(event);
    else await cluster.open();
    isOpen = true;
    return (await cluster.run(planned)) ?? { outcome: 'completed', reason: null };
  };
  return {
    async run(trial) {
      const watch = lateWatch(plan);
      current = { ...trial, watch };
      let end: RunEnd;
      let defect: unknown = null;
      try {
        end = await runOn(trial);
      } catch (thrown) {
        const error = knownError(thrown);
        if (!(error instanceof MidflightError)) defect = error;
        end = endOf(signal, error);
      } finally {
        current = null;
      }
      const failed = end.outcome === 'completed' ? null : (end.reason?.text ?? end.outcome);
      return { end, late: watch.words(state) ?? failed, defect };
    },
    get spoiled() {
      return cluster.spoiled;
    },
    async close() {
      try {
        await cluster.close();
      } finally {
        await cluster.cleanUp();
      }
    },
  };
}
