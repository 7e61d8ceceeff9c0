import { systemClock, type WallClock } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import { knownError } from '../base/machine-error.ts';
import { timersOf } from '../base/timers.ts';
import type { OnWait } from '../base/wait.ts';
import type { HistoryEvent } from '../history/schema.ts';
import type { AnyPlan } from '../plan/schema.ts';
import { headerOf } from './header.ts';
import { endOf, type RunEnd } from './run.ts';
import { type ProgressReport, type RunState, runState } from './state.ts';

/** What whoever starts a measurement gives: an experiment's run or a watch. */
export interface ConductOptions {
  /** The receiver of every event: the history's writer. */
  readonly write: (event: HistoryEvent) => void;
  /** The receiver of events to be shown as they happen. Of trials that run side by side, those of one. */
  readonly show?: (event: HistoryEvent) => void;
  /** Aborted with a MidflightError `interrupted` when the user wants the end. */
  readonly signal: AbortSignal;
  /** What is being done before and after the trials, in a few words. */
  readonly onStatus?: (text: string) => void;
  /** Progress of loads, which is no history. */
  readonly onProgress?: (load: string, message: ProgressReport) => void;
  /** What is waited for, and at most how long. */
  readonly onWait?: OnWait;
  readonly clock?: WallClock;
}

/** What all parts of one measurement share. */
export interface ConductSession {
  readonly clock: WallClock;
  readonly state: RunState;
  readonly signal: AbortSignal;
  /** Into the history, to the state and to whoever looks on. */
  record(event: HistoryEvent): void;
  /** Into the history only, and to whoever looks on only: for events that wait for their place in the history. */
  write(event: HistoryEvent): void;
  show(event: HistoryEvent): void;
  status(text: string): void;
  /** Progress of a load: for the state and the live view. */
  progress(load: string, message: ProgressReport): void;
}

/** One measurement between the first and the last line of its history. */
export interface Stages {
  /** Sees every event as it is recorded. */
  readonly observe?: (event: HistoryEvent) => void;
  work(): Promise<RunEnd>;
  /** Ends all that was started and undoes all that was changed; always called, once. Never throws. */
  cleanUp(): Promise<void>;
}

interface Conducted {
  readonly plan: AnyPlan;
  readonly versions: Record<string, string>;
  readonly runId?: string;
  /** Called once the header is written. What it throws is thrown by conduct(): nothing has begun. */
  begin(session: ConductSession): Stages;
}

/**
 * Conducts one measurement and writes its history. Whatever happens, it is cleaned up and the history gets its last line.
 * Resolves with how it ended; rejects only with what is a defect of midflight.
 */
export async function conduct(options: ConductOptions, conducted: Conducted): Promise<RunEnd> {
  const { signal } = options;
  const clock = options.clock ?? systemClock;
  const state = runState(options.onWait, timersOf(clock));
  let stages: Stages | null = null;
  const session: ConductSession = {
    clock,
    state,
    signal,
    write: options.write,
    show: options.show ?? (() => {}),
    record(event) {
      options.write(event);
      session.show(event);
      state.observe(event);
      stages?.observe?.(event);
    },
    status: options.onStatus ?? (() => {}),
    progress(load, message) {
      state.message(load, message);
      options.onProgress?.(load, message);
    },
  };
  session.record(headerOf(conducted.plan, conducted.versions, clock, conducted.runId));
  stages = conducted.begin(session);
  let end: RunEnd = { outcome: 'completed', reason: null };
  try {
    end = await stages.work();
  } catch (thrown) {
    const error = knownError(thrown);
    end = endOf(signal, error);
    if (!(error instanceof MidflightError)) throw error;
  } finally {
    session.status('cleaning up');
    await stages.cleanUp();
    session.record({ type: 'finish', t: clock.now(), ...end });
  }
  return end;
}
