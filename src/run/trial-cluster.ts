import type { Clock } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import { abortsAfter, abortsWith } from '../base/signals.ts';
import type { Unwound } from '../changes/change-log.ts';
import type { Reason } from '../history/codes.ts';
import type { HistoryEvent } from '../history/schema.ts';
import type { Plan, PlannedTrial } from '../plan/schema.ts';
import type { JournalPlace } from '../providers/journals.ts';
import type { Provider } from '../providers/provider.ts';
import { failuresOf, leftOf, openChanges } from './changes.ts';
import type { ConductSession, Stages } from './conduct.ts';
import { hold } from './hold.ts';
import { lossBudget } from './loss-budget.ts';
import { type Opened, open } from './open.ts';
import { refusePods, refuseUnable, refuseUpstream } from './refuse.ts';
import type { Run, RunEnd } from './run.ts';
import { spoiledBy } from './spoiled.ts';
import type { TrialOutcome } from './trial/body.ts';
import { runOne, runTrials } from './trials.ts';

/** A plan, and what it is run on and with. */
export interface Bench {
  readonly plan: Plan;
  readonly provider: Provider;
  readonly journal: JournalPlace;
}

/** One cluster that trials run on, from its making to its end. */
export interface TrialCluster extends Pick<Stages, 'observe' | 'cleanUp'> {
  /** Makes it ready for its first trial. Once, before all others. */
  open(): Promise<void>;
  /** Every trial of the plan, one after the other. */
  runAll(): Promise<RunEnd>;
  /** One of them. How the run ends with it; null: it goes on. */
  run(planned: PlannedTrial): Promise<RunEnd | null>;
  /** Why no other trial should come to it; null: the last one has left it as it was. */
  readonly spoiled: Reason | null;
  /** Ends what measures. Nothing if it was not opened. */
  close(): Promise<void>;
}

/** For all that is undone at the end. Real milliseconds. */
const undoLimitMs = 300_000;

/** The cluster of a bench. Throws if its journal cannot be written: then nothing has been changed. */
export function trialCluster(
  { plan, provider, journal }: Bench,
  session: ConductSession,
  isLast: Run['isLast'],
): TrialCluster {
  const { clock, state } = session;
  const budget = plan.ownCluster === undefined ? null : lossBudget(plan.ownCluster);
  const signal = budget === null ? session.signal : abortsWith(session.signal, budget.stop);
  const changes = openChanges(journal, { plan, provider, clock, signal });
  const held = hold(changes, provider);
  let opened: Opened | null = null;
  let last: TrialOutcome | null = 'completed';
  const ready = (): Opened => {
    if (opened === null) throw new MidflightError('internal', 'a trial before its cluster was opened');
    return opened;
  };
  return {
    ...(budget === null ? {} : { observe: budget.observe }),
    async open() {
      refuseUnable(plan, provider);
      refusePods(plan, provider);
      refuseUpstream(plan, provider);
      opened = await open({ plan, provider, changes, held, session: { ...session, signal }, isLast });
    },
    runAll: () => runTrials(ready()),
    async run(planned) {
      const { outcome, end } = await runOne(ready(), planned);
      last = outcome;
      if (end !== null || state.gone === null) return end;
      return { outcome: 'aborted', reason: state.gone };
    },
    get spoiled() {
      return spoiledBy({ opened: opened !== null, edgeEnded: opened?.front.ended ?? false, last, state });
    },
    async close() {
      await opened?.close();
    },
    async cleanUp() {
      // What was changed in a cluster that stays is undone while it can be reached.
      const inside = await held.release();
      await provider.down();
      const unwound = [...inside, ...(await changes.end(abortsAfter(undoLimitMs)))];
      for (const event of notesOf(unwound, clock)) session.record(event);
    },
  };
}

/** What could not be undone stays in the journal; the report shows it. */
function notesOf(unwound: readonly Unwound[], clock: Clock): HistoryEvent[] {
  const note = { type: 'note', t: clock.now() } as const;
  return [
    ...failuresOf(unwound).map((text) => {
      const advice = `not undone: ${text}; midflight clean tries again`;
      return { ...note, level: 'error', code: 'clean-up-failed', text: advice } as const;
    }),
    ...leftOf(unwound).map((text) => {
      return {
        ...note,
        level: 'warning',
        code: 'changed-by-others',
        text: `left as it is: ${text}`,
      } as const;
    }),
  ];
}
