import { MidflightError } from '../../base/errors.ts';
import { knownError } from '../../base/machine-error.ts';
import { timersOf } from '../../base/timers.ts';
import type { Plan, PlannedTrial } from '../../plan/schema.ts';
import type { ConductSession, Stages } from '../conduct.ts';
import { endOf, type RunEnd } from '../run.ts';
import { type Bench, stagesOf as ownStages } from '../stages.ts';
import { runState } from '../state.ts';
import { lateWatch } from './late.ts';
import { onTime } from './room.ts';
import { type Attempt, schedule } from './schedule.ts';
import { type ShownPart, shownParts } from './shown.ts';

/** How trials get clusters of their own. */
export interface Apart {
  /** How many at once at most. */
  readonly most: number;
  /** A provider and a journal for one attempt at a trial; never the same twice. */
  bench(name: string): Promise<Omit<Bench, 'plan'>>;
  /** True if this machine has room for one more; by default it is looked at. */
  readonly room?: () => Promise<boolean>;
}

interface Options {
  readonly plan: Plan;
  readonly apart: Apart;
  readonly session: ConductSession;
  /** What a cluster of its own does; another in tests. */
  readonly stagesOf?: (bench: Bench, session: ConductSession) => Stages;
}

/** One attempt: all that was recorded on its cluster, and how it ended. */
interface Part {
  readonly shown: ShownPart;
  readonly end: RunEnd;
}

/** How long until this machine is looked at again. Real milliseconds. */
const pauseMs = 500;

/**
 * Every trial of the plan on a cluster of its own, as many side by side as this machine has room for. The history holds
 * them one after the other, in the order of the plan, each with the lines of its own cluster: their times overlap.
 */
export function sideBySide({ plan, apart, session, stagesOf = ownStages }: Options): Stages {
  const { clock, signal } = session;
  const show = shownParts(session.show);
  let attempts = 0;
  let defect: unknown = null;
  let end: RunEnd = { outcome: 'completed', reason: null };

  const attempt = async (planned: PlannedTrial, began: () => void): Promise<Attempt<Part>> => {
    attempts += 1;
    const shown = show.part(planned.index, began);
    const watch = lateWatch(plan);
    const own: ConductSession = {
      ...session,
      state: runState(undefined, timersOf(clock)),
      record(event) {
        shown.take(event);
        watch.take(event);
        own.state.observe(event);
      },
      status: (text) => shown.inFront(() => session.status(text)),
      progress(load, message) {
        own.state.message(load, message);
        shown.inFront(() => session.progress(load, message));
      },
    };
    const bench = await apart.bench(`${planned.index}-${attempts}`);
    const stages = stagesOf({ ...bench, plan: { ...plan, trials: [planned] } }, own);
    const ended = await endFor(stages);
    const goOn = ended.outcome === 'completed';
    const late = watch.words(own.state) ?? (goOn ? null : (ended.reason?.text ?? ended.outcome));
    const isFinal = signal.aborted || defect !== null;
    return { result: { shown, end: ended }, late: isFinal ? null : late, goOn };
  };
  /** Never throws: a defect is thrown when all have ended. */
  const endFor = async (stages: Stages): Promise<RunEnd> => {
    try {
      return await stages.work();
    } catch (thrown) {
      const error = knownError(thrown);
      if (!(error instanceof MidflightError)) defect ??= error;
      return endOf(signal, error);
    } finally {
      await stages.cleanUp();
    }
  };

  return {
    async work() {
      await schedule<Part>({
        count: plan.trials.length,
        most: apart.most,
        room: apart.room ?? (() => onTime(clock)),
        pause: () => clock.sleep(pauseMs),
        attempt: (index, began) => attempt(plan.trials[index] as PlannedTrial, began),
        done(_index, part) {
          for (const event of part.shown.close()) session.write(event);
          if (end.outcome === 'completed') end = part.end;
        },
        again(index, why) {
          const text = `trial ${index + 1} was run again alone: beside others ${why}`;
          session.record({ type: 'note', t: clock.now(), level: 'info', code: 'run-again-alone', text });
        },
      });
      if (defect !== null) throw defect;
      return end;
    },
    async cleanUp() {},
  };
}
