import type { Clock } from '../base/clock.ts';
import type { Unwound } from '../changes/change-log.ts';
import type { HistoryEvent } from '../history/schema.ts';
import type { Plan } from '../plan/schema.ts';
import type { JournalPlace } from '../providers/journals.ts';
import type { Provider } from '../providers/provider.ts';
import { failuresOf, leftOf, openChanges } from './changes.ts';
import type { ConductSession, Stages } from './conduct.ts';
import { hold } from './hold.ts';
import { open } from './open.ts';
import { refuseUnable } from './refuse.ts';
import { runTrials } from './trials.ts';

/** A plan, and what it is run on and with. */
export interface Bench {
  readonly plan: Plan;
  readonly provider: Provider;
  readonly journal: JournalPlace;
}

/** For all that is undone at the end. Real milliseconds. */
const undoLimitMs = 300_000;

/** The trials of a plan on one cluster, from its making to its end. */
export function stagesOf({ plan, provider, journal }: Bench, session: ConductSession): Stages {
  const { clock, signal } = session;
  const changes = openChanges(journal, { plan, provider, clock, signal });
  const held = hold(changes, provider);
  return {
    async work() {
      refuseUnable(plan, provider);
      const opened = await open({ plan, provider, changes, held, session });
      try {
        return await runTrials(opened);
      } finally {
        await opened.close();
      }
    },
    async cleanUp() {
      // What was changed in a cluster that stays is undone while it can be reached.
      const inside = await held.release();
      await provider.down();
      const unwound = [...inside, ...(await changes.unwind(0, AbortSignal.timeout(undoLimitMs)))];
      changes.close();
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
