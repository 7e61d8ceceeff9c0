import type { Milliseconds } from '../../base/units.ts';
import { followMs, turnsMs } from '../../plan/flip-time.ts';
import { refusalOf, type Step, type StepsTaken } from '../../policies/index.ts';
import { edgeFollows } from '../expected.ts';
import { realMs, TrialSpoiled } from '../run.ts';
import { probesStable, settleOn } from './settle.ts';
import { switchoverContext } from './switchover-context.ts';
import { disturbed, noise, slack, type Trial } from './trial.ts';

/** Throws TrialSpoiled with the reason if the switchover must not begin. */
export async function mayFlip(trial: Trial, { preconditions, steps }: StepsTaken): Promise<void> {
  await mayTake(trial, preconditions);
  const during = trial.run.plan.fault?.trigger.duringStep ?? 1;
  if (during <= steps.length) return;
  const text = `refused: ${trial.strategy.name} has ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}, and the fault is due in step ${during}`;
  throw new TrialSpoiled('refused', text);
}

/** Throws TrialSpoiled with the reason if what the policy needs arranged must not be. */
export async function mayArrange(trial: Trial): Promise<void> {
  if (trial.strategy.arrangement !== null) await mayTake(trial, trial.strategy.arrangement.preconditions);
}

async function mayTake(trial: Trial, preconditions: StepsTaken['preconditions']): Promise<void> {
  const refusal = await refusalOf(preconditions, switchoverContext(trial));
  if (refusal !== null) throw new TrialSpoiled('refused', refusal);
}

/** What happens in the middle of a switchover, once one of its steps is made. */
interface StepFault {
  /** 1 is the first. */
  readonly duringStep: number;
  inject(): Promise<void>;
}

/** Changes the policy under load, and waits until the edge has followed and new connections succeed again. */
export async function flipPolicy(
  trial: Trial,
  { steps }: StepsTaken,
  stepFault: StepFault | null = null,
): Promise<void> {
  const { run, strategy } = trial;
  const { edge, stabilityMs } = run.plan;
  trial.phase('flip');
  trial.flipMark = run.changes.mark();
  trial.targetsBefore = new Set(run.state.balancer.targets);
  const at = run.clock.now();
  const moment = { kind: 'flip', name: strategy.name, node: null } as const;
  const detail = steps.length === 1 ? 'the Service is patched' : `in ${steps.length} steps`;
  disturbed(trial, { ...moment, at: 'begin', t: at, detail });
  for (const [index, step] of steps.entries())
    await take(
      trial,
      step,
      stepFault !== null && stepFault.duringStep === index + 1 ? stepFault.inject : null,
    );
  disturbed(trial, { ...moment, at: 'done', affected: 1, detail: `${strategy.final} is set` });
  if (stepFault !== null) return; // what it has set off is waited for next, and the policy with it
  trial.phase('settle');
  // A balancer has nothing to follow if the policy stays.
  const since = strategy.initial === strategy.final ? Number.NEGATIVE_INFINITY : at;
  const holds = () => edgeFollows(run, strategy.final, since);
  const limit = followMs(edge) + turnsMs(edge, strategy.final) + 2 * stabilityMs + slack;
  if (!(await probesStable(trial, { since: at, limitMs: limit, holds, words: ' and the edge to follow' }))) {
    trial.note('flip-not-settled', `the switchover ${strategy.name} had not settled when its time was up`);
  }
}

/** Arranges the cluster for a policy before any load begins, and waits until the edge has settled on that. */
export async function arrange(trial: Trial): Promise<void> {
  const { run, strategy } = trial;
  if (strategy.arrangement === null) return;
  trial.flipMark = run.changes.mark();
  for (const step of strategy.arrangement.steps) await take(trial, step, null);
  await settleOn(trial, strategy);
}

/** Makes the step's changes and waits for its evidence. Without it nothing more is changed: the trial ends. */
async function take(
  trial: Trial,
  { name, make }: Step,
  stepFault: StepFault['inject'] | null,
): Promise<void> {
  const { run } = trial;
  const evidence = await make(switchoverContext(trial));
  await stepFault?.();
  if (evidence === null) return;
  trial.note('step', `${name}: made, waiting for ${evidence.what}`, 'info');
  const { what, seen } = evidence;
  const limitMs = stepLimitMs(trial);
  if (await run.state.until(seen, realMs(run.plan, limitMs) + noise, trial.signal, what)) {
    trial.note('step', `${name}: over, with the evidence`, 'info');
    return;
  }
  const text = `timed out after ${limitMs / 1000} s waiting for ${what}; ${trial.strategy.name} stopped at its step '${name}'`;
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
