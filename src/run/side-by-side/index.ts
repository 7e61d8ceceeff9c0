import type { Reason } from '../../history/codes.ts';
import type { Plan, PlannedTrial } from '../../plan/schema.ts';
import type { ConductSession, Stages } from '../conduct.ts';
import type { RunEnd } from '../run.ts';
import { type Bench, trialCluster } from '../trial-cluster.ts';
import { clusterPool } from './cluster-pool.ts';
import { reusedCluster } from './reused-cluster.ts';
import { onTime } from './room.ts';
import { type Attempt, schedule, type Turn } from './schedule.ts';
import { type ShownPart, shownParts } from './shown.ts';

/** How trials get clusters of their own. */
export interface Apart {
  /** How many at once at most. */
  readonly most: number;
  /** A provider and a journal for one more cluster; never the same twice. */
  bench(name: string): Promise<Omit<Bench, 'plan'>>;
  /** True if this machine has room for one more; by default it is looked at. */
  readonly room?: () => Promise<boolean>;
}

interface Options {
  readonly plan: Plan;
  readonly apart: Apart;
  readonly session: ConductSession;
  /** The cluster of a bench; another in tests. */
  readonly clusterOf?: typeof trialCluster;
}

/** One attempt: all that was recorded of it, and how it ended. */
interface Part {
  readonly shown: ShownPart;
  readonly end: RunEnd;
}

/** How long until this machine is looked at again. Real milliseconds. */
const pauseMs = 500;

/**
 * The trials of the plan, as many side by side as this machine has room for, each on a cluster that no other uses at the time.
 * A cluster is used again for the next trial as long as nothing has failed on it. The history holds the trials one after the
 * other, in the order of the plan, each with the lines of its own cluster: their times overlap.
 */
export function sideBySide({ plan, apart, session, clusterOf = trialCluster }: Options): Stages {
  const { clock, signal } = session;
  const show = shownParts(session.show);
  let defect: unknown = null;
  let end: RunEnd = { outcome: 'completed', reason: null };
  let clusters = 0;

  const note = (code: 'run-again-alone' | 'other', text: string) =>
    session.record({ type: 'note', t: clock.now(), level: 'info', code, text });
  const pool = clusterPool(
    async () => {
      clusters += 1;
      const bench = { ...(await apart.bench(`${clusters}`)), plan };
      return reusedCluster({ plan, session, clusterOf: (own, isLast) => clusterOf(bench, own, isLast) });
    },
    ({ text }: Reason) => note('other', `a cluster was replaced by a new one: ${text}`),
  );
  const attempt = async (planned: PlannedTrial, { began, isLast }: Turn): Promise<Attempt<Part>> => {
    const part = show.part(planned.index, began);
    const own = await pool.take();
    const ran = await own.run({ planned, part, isLast });
    pool.giveBack(own);
    defect ??= ran.defect;
    const isFinal = signal.aborted || defect !== null;
    return {
      result: { shown: part, end: ran.end },
      late: isFinal ? null : ran.late,
      goOn: ran.end.outcome === 'completed',
    };
  };

  return {
    async work() {
      await schedule<Part>({
        count: plan.trials.length,
        most: apart.most,
        room: apart.room ?? (() => onTime(clock)),
        pause: () => clock.sleep(pauseMs),
        attempt: (index, turn) => attempt(plan.trials[index] as PlannedTrial, turn),
        keep: pool.keep,
        done(_index, { shown, end: ended }) {
          for (const event of shown.close()) session.write(event);
          if (end.outcome === 'completed') end = ended;
        },
        again: (index, why) =>
          note('run-again-alone', `trial ${index + 1} was run again alone: beside others ${why}`),
      });
      if (defect !== null) throw defect;
      return end;
    },
    async cleanUp() {},
  };
}
