import { type Clock, monotonic } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import { knownError } from '../base/machine-error.ts';
import type { Message } from '../base/role.ts';
import type { OnWait } from '../base/wait.ts';
import type { ChangeLog, Unwound } from '../changes/change-log.ts';
import type { Reason } from '../history/codes.ts';
import type { HistoryEvent } from '../history/schema.ts';
import type { Plan } from '../plan/schema.ts';
import type { JournalPlace } from '../providers/journals.ts';
import type { Provider } from '../providers/provider.ts';
import { failuresOf, leftOf, openChanges } from './changes.ts';
import { headerOf } from './header.ts';
import { hold } from './hold.ts';
import { open } from './open.ts';
import { endOf } from './run.ts';
import { runState } from './state.ts';
import type { TrialOutcome } from './trial/index.ts';
import { runTrials } from './trials.ts';

export interface RunOptions {
  readonly plan: Plan;
  readonly provider: Provider;
  /** Where every event goes: the history's writer. */
  readonly write: (event: HistoryEvent) => void;
  /** Aborted with a MidflightError `interrupted` when the user wants the end. */
  readonly signal: AbortSignal;
  /** What is being done before and after the trials, in a few words. */
  readonly onStatus?: (text: string) => void;
  /** Progress of loads, which is no history. */
  readonly onProgress?: (load: string, message: Message) => void;
  /** What is waited for, and at most how long. */
  readonly onWait?: OnWait;
  readonly clock?: Clock;
  readonly journal: JournalPlace;
}

/** For all that is undone at the end. Real milliseconds. */
const undoLimitMs = 300_000;

export { runIdOf } from './header.ts';
export type RunOutcome = TrialOutcome;

/**
 * Runs one experiment to its end and writes its history; nothing else. Whatever happens, the provider is taken down and
 * the history gets its last line. Returns how it ended; throws only what is a defect of midflight.
 */
export async function runExperiment(
  options: RunOptions,
): Promise<{ outcome: RunOutcome; reason: Reason | null }> {
  const { plan, provider, signal } = options;
  const clock = options.clock ?? monotonic;
  const state = runState(options.onWait);
  const record = (event: HistoryEvent) => {
    options.write(event);
    state.observe(event);
  };
  const status = options.onStatus ?? (() => {});
  record(headerOf(plan, await provider.cluster.versions(), clock, options.journal.runId));
  const changes = openChanges(options.journal, { plan, provider, clock, signal });
  const held = hold(changes, provider);
  let outcome: RunOutcome = 'completed';
  let reason: Reason | null = null;
  try {
    const opened = await open(options, { clock, state, record, status, changes, held });
    try {
      ({ outcome, reason } = await runTrials(opened));
    } finally {
      await opened.close();
    }
  } catch (thrown) {
    const error = knownError(thrown);
    ({ outcome, reason } = endOf(signal, error));
    if (!(error instanceof MidflightError)) throw error;
  } finally {
    status('cleaning up');
    // What was changed in a cluster that stays is undone while it can be reached.
    const inside = await held.release();
    await provider.down();
    const unwound = [...inside, ...(await unwindAll(changes))];
    changes.close();
    for (const event of notesOf(unwound, clock)) record(event);
    record({ type: 'finish', t: clock.now(), outcome, reason });
  }
  return { outcome, reason };
}

const unwindAll = (changes: ChangeLog, mark = 0) => changes.unwind(mark, AbortSignal.timeout(undoLimitMs));

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
