import type { Milliseconds } from '../../base/units.ts';
import { followMs, turnsMs } from '../../plan/flip-time.ts';
import { refusalOf, type Step, type Strategy } from '../../policies/index.ts';
import { edgeFollows } from '../expected.ts';
import { realMs, TrialSpoiled } from '../run.ts';
import { probesStable } from './settle.ts';
import { switchoverContext } from './switchover-context.ts';
import { disturbed, noise, slack, type Trial } from './trial.ts';

type SwitchOver = NonNullable<Strategy['switchOver']>;

/** Throws TrialSpoiled with the reason if the switchover must not begin. */
export async function mayFlip(trial: Trial, { preconditions }: SwitchOver): Promise<void> {
  const refusal = await refusalOf(preconditions, switchoverContext(trial));
  if (refusal !== null) throw new TrialSpoiled('refused', refusal);
}

/** Changes the policy under load, and waits until the edge has followed and new connections succeed again. */
export async function flipPolicy(trial: Trial, { steps }: SwitchOver): Promise<void> {
  const { run, strategy } = trial;
  const { edge, stabilityMs } = run.plan;
  trial.phase('flip');
  trial.flipMark = run.changes.mark();
  const at = run.clock.now();
  const moment = { kind: 'flip', name: strategy.name, node: null } as const;
  const detail = steps.length === 1 ? 'the Service is patched' : `in ${steps.length} steps`;
  disturbed(trial, { ...moment, at: 'begin', t: at, detail });
  for (const step of steps) await take(trial, step);
  disturbed(trial, { ...moment, at: 'done', affected: 1, detail: `${strategy.final} is set` });
  trial.phase('settle');
  const holds = () => edgeFollows(run, strategy.final, at);
  const limit = followMs(edge) + turnsMs(edge, strategy.final) + 2 * stabilityMs + slack;
  if (!(await probesStable(trial, { since: at, limitMs: limit, holds, words: ' and the edge to follow' }))) {
    trial.note('flip-not-settled', `the switchover ${strategy.name} had not settled when its time was up`);
  }
}

/** Makes the step's changes and waits for its evidence. Without it nothing more is changed: the trial ends. */
async function take(trial: Trial, { name, make }: Step): Promise<void> {
  const { run } = trial;
  const evidence = await make(switchoverContext(trial));
  if (evidence === null) return;
  trial.note('step', `${name}: made, waiting for ${evidence.what}`, 'info');
  const { what, seen } = evidence;
  const limitMs = stepLimitMs(trial);
  if (await run.state.until(seen, realMs(run.plan, limitMs) + noise, trial.signal, what)) {
    trial.note('step', `${name}: over, with the evidence`, 'info');
    return;
  }
  const text = `timed out after ${limitMs / 1000} s waiting for ${what}; the switchover stopped at its step '${name}'`;
  throw new TrialSpoiled('step-without-evidence', text);
}

/** The longest that one step may take by all timers that it may wait for, the longest stream among them. */
function stepLimitMs(trial: Trial): Milliseconds {
  const { edge, stabilityMs, load } = trial.run.plan;
  const streams = load.map((item) => (item.kind === 'streams' ? item.durationMs + item.stallMs : 0));
  return (
    followMs(edge) +
    edge.removalDelayMs +
    turnsMs(edge, trial.strategy.final) +
    2 * stabilityMs +
    Math.max(0, ...streams) +
    slack
  );
}
