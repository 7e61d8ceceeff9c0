import type { Clock } from '../../base/clock.ts';
import { adviceOf } from '../../base/errors.ts';
import { knownError } from '../../base/machine-error.ts';
import { abortController, abortsWith } from '../../base/signals.ts';
import { type NoteCode, type Reason, reasonOf } from '../../history/codes.ts';
import type { EventOf, HistoryEvent, Phase } from '../../history/schema.ts';
import { cutOff } from '../cut-off.ts';
import { isInterrupted, TrialSpoiled } from '../run.ts';
import type { RunState } from '../state.ts';

export type TrialOutcome = 'completed' | 'aborted' | 'interrupted' | 'failed';

/** What loads a trial. */
export interface TrialLoad {
  /** Nothing is in flight, and nothing will be. */
  idle(): boolean;
  /** What is in flight ends now, as cancelled. */
  cancel(): void;
  /** Ends its processes; absent: they outlive the trial. */
  stop?(): Promise<void>;
}

/** What the parts of a trial under way have of it. */
export interface TrialSession {
  /** Aborted by the user, or as soon as the trial cannot be trusted any more. */
  readonly signal: AbortSignal;
  phase(phase: Phase): void;
  /** Adds a note to the history, as a warning by default. */
  note(code: NoteCode, text: string, level?: 'info' | 'warning'): void;
}

/** A trial of an experiment, or the one of a watch: what it does in each part. A part that it does not have is left out. */
export interface TrialParts<Load extends TrialLoad> {
  readonly start: Omit<EventOf<'trial-start'>, 'type' | 't' | 'trial'>;
  /** The load, ready to begin, and what it goes to in the state that the trial begins with. */
  prepare(): Promise<Load>;
  /** Begins the load, and waits until all is well. */
  begin(load: Load): Promise<void>;
  /** What happens to it under load, one after the other, each until it is over: a switchover, a fault, a command. */
  readonly disturb: readonly (() => Promise<void>)[];
  /** Follows what is in flight to its end. */
  finish(load: Load): Promise<void>;
  /** Undoes what was changed, whatever ended the parts before. */
  restore?(outcome: TrialOutcome): Promise<void>;
  /** The last that is recorded of it, and whether its records are whole. */
  conclude?(): Promise<void> | void;
  /** Other trials follow: what goes wrong makes this one unknown and ends no run. Else the reason is the run's own. */
  readonly oneOfMany: boolean;
}

interface TrialHost {
  readonly state: RunState;
  readonly clock: Pick<Clock, 'now'>;
  /** Aborted when the user wants the end. */
  readonly signal: AbortSignal;
  record(event: HistoryEvent): void;
}

interface TrialEnd {
  readonly outcome: TrialOutcome;
  /** What ended it before its time; null: nothing. */
  readonly thrown: { readonly error: unknown } | null;
}

/**
 * Conducts one trial from the first to the last of its records. Whatever happens, its requests are ended, what it changed
 * is undone, and why it is not to be trusted is recorded. Never throws but for a defect of midflight.
 */
export async function conductTrial<Load extends TrialLoad>(
  host: TrialHost,
  index: number,
  partsOf: (session: TrialSession) => TrialParts<Load>,
): Promise<TrialEnd> {
  const { state, clock, record } = host;
  const spoiled = abortController();
  state.beginTrial(({ code, text }) => spoiled.abort(new TrialSpoiled(code, text)));
  const parts = partsOf({
    signal: abortsWith(host.signal, spoiled.signal),
    phase: (phase) => record({ type: 'phase', t: clock.now(), trial: index, phase }),
    note: (code, text, level = 'warning') => record({ type: 'note', t: clock.now(), level, code, text }),
  });
  record({ type: 'trial-start', t: clock.now(), trial: index, ...parts.start });
  const invalid: Reason[] = [];
  let outcome: TrialOutcome = 'completed';
  let thrown: TrialEnd['thrown'] = null;
  try {
    await underLoad(host, parts);
  } catch (error) {
    thrown = { error };
    const known = knownError(error);
    outcome = isInterrupted(known) ? 'interrupted' : 'failed';
    if (outcome === 'failed' && parts.oneOfMany)
      invalid.push(known instanceof TrialSpoiled ? known.reason : reasonOf(known, adviceOf(known)));
  }
  try {
    await parts.restore?.(outcome);
  } catch (error) {
    if (isInterrupted(error)) outcome = 'interrupted';
    else {
      invalid.push({ code: 'not-restored', text: `the cluster was not restored: ${adviceOf(error)}` });
      outcome = 'aborted';
    }
  }
  await parts.conclude?.();
  const known = new Set(invalid.map(({ text }) => text));
  invalid.push(...state.failures.filter(({ text }) => !known.has(text)));
  const slow = tooSlow(state);
  if (slow !== null && invalid.length > 0) invalid.unshift(slow);
  record({ type: 'trial-end', t: clock.now(), trial: index, outcome, invalid });
  return { outcome, thrown };
}

async function underLoad<Load extends TrialLoad>(host: TrialHost, parts: TrialParts<Load>): Promise<void> {
  const load = await parts.prepare();
  try {
    await parts.begin(load);
    for (const disturb of parts.disturb) await disturb();
    await parts.finish(load);
  } finally {
    await cutOff(host, load);
    await load.stop?.();
  }
}

/** One late process may have been stopped; if several were late, the machine is the cause of whatever else went wrong. */
function tooSlow({ slowParts, answerMs }: Pick<RunState, 'slowParts' | 'answerMs'>): Reason | null {
  if (slowParts.size < 2) return null;
  const late = `${[...slowParts].join(', ')} took up to ${(answerMs / 1000).toFixed(1)} s to answer`;
  return { code: 'machine-too-slow', text: `this machine was too slow: ${late}` };
}
