import { adviceOf, MidflightError } from '../../base/errors.ts';
import { knownError } from '../../base/machine-error.ts';
import type { NodeName } from '../../base/units.ts';
import { faultTraits, takesPod } from '../../catalogue/faults.ts';
import { faults } from '../../faults/index.ts';
import { type Reason, reasonOf } from '../../history/codes.ts';
import { meaningFor } from '../../history/meaning.ts';
import { noticeOf } from '../../plan/notice.ts';
import type { PlannedTrial } from '../../plan/schema.ts';
import { strategyOf } from '../../policies/index.ts';
import { cutOff } from '../cut-off.ts';
import { launchLoads } from '../loads.ts';
import { isInterrupted, type Run, TrialSpoiled } from '../run.ts';
import { finishTrial } from './finish.ts';
import { flipPolicy, mayFlip } from './flip.ts';
import { injectAndObserve } from './inject.ts';
import { ramp, steady } from './ramp.ts';
import { recover } from './recover.ts';
import { settleOn } from './settle.ts';
import { namesOf, type Trial, type TrialOutcome } from './trial.ts';

/**
 * One policy, one fault, one repeat. Never throws but for an interruption: what goes wrong makes the trial `unknown`
 * with its reason in the history. Leaves the cluster as it found it.
 */
export async function runTrial(
  run: Run,
  planned: PlannedTrial,
  targets: readonly NodeName[],
  syncEdge: () => Promise<boolean>,
): Promise<TrialOutcome> {
  if (planned.policy === null) throw new MidflightError('internal', 'a trial without a policy cannot be run');
  const { record, state, clock } = run;
  const spoiled = new AbortController();
  state.beginTrial(({ code, text }) => spoiled.abort(new TrialSpoiled(code, text)));
  const trial: Trial = {
    run,
    planned,
    strategy: strategyOf(planned.policy, run.plan.edge),
    fault: run.plan.fault === null ? null : faults[run.plan.fault.kind],
    targets,
    signal: AbortSignal.any([run.signal, spoiled.signal]),
    phase: (phase) => record({ type: 'phase', t: clock.now(), trial: planned.index, phase }),
    note: (code, text, level = 'warning') => record({ type: 'note', t: clock.now(), level, code, text }),
    loads: null,
    faultMark: null,
    flipMark: null,
  };
  record(startOf(trial));
  const invalid: Reason[] = [];
  let outcome: TrialOutcome = 'completed';
  try {
    await conduct(trial);
  } catch (thrown) {
    const error = knownError(thrown);
    if (isInterrupted(error)) outcome = 'interrupted';
    else {
      outcome = 'failed';
      invalid.push(error instanceof TrialSpoiled ? error.reason : reasonOf(error, adviceOf(error)));
    }
  }
  try {
    await run.second?.end();
    await recover(trial, outcome);
  } catch (error) {
    if (isInterrupted(error)) outcome = 'interrupted';
    else {
      invalid.push({ code: 'not-restored', text: `the cluster was not restored: ${adviceOf(error)}` });
      outcome = 'aborted';
    }
  }
  if (!run.signal.aborted && !(await syncEdge())) {
    state.fail({ code: 'edge-log-incomplete', text: "the edge's log may lack its last lines" });
  }
  const known = new Set(invalid.map(({ text }) => text));
  invalid.push(...state.failures.filter(({ text }) => !known.has(text)));
  const slow = tooSlow(run.state);
  if (slow !== null && invalid.length > 0) invalid.unshift(slow);
  record({ type: 'trial-end', t: clock.now(), trial: planned.index, outcome, invalid });
  return outcome;
}

/** One late process may have been stopped; if several were late, the machine is the cause of whatever else went wrong. */
function tooSlow({ slowParts, answerMs }: Run['state']): Reason | null {
  if (slowParts.size < 2) return null;
  const late = `${[...slowParts].join(', ')} took up to ${(answerMs / 1000).toFixed(1)} s to answer`;
  return { code: 'machine-too-slow', text: `this machine was too slow: ${late}` };
}

function startOf({ run, planned, fault, targets }: Trial) {
  const { policy, repeat, seed, index } = planned;
  const pod = fault !== null && takesPod(faultTraits[fault.kind]) ? (run.plan.fault?.pod ?? null) : null;
  return {
    type: 'trial-start' as const,
    t: run.clock.now(),
    trial: index,
    policy,
    repeat,
    seed,
    meaning: meaningFor(
      policy,
      fault?.kind ?? null,
      run.plan.fault === null ? undefined : noticeOf(run.plan.fault),
    ),
    fault: fault === null ? null : { kind: fault.kind, ...namesOf(targets), pod },
  };
}

async function conduct(trial: Trial): Promise<void> {
  const { run, planned, strategy } = trial;
  trial.phase('prepare');
  if (strategy.switchOver !== null) await mayFlip(trial, strategy.switchOver);
  const [loads] = await Promise.all([launchLoads(run, planned), settleOn(trial, strategy)]);
  trial.loads = loads;
  try {
    const disturbed = strategy.switchOver !== null || trial.fault !== null;
    await ramp(trial, loads);
    if (disturbed) await steady(trial);
    if (strategy.switchOver !== null) await flipPolicy(trial, strategy.switchOver);
    if (trial.fault !== null) await injectAndObserve(trial, trial.fault);
    await finishTrial(trial, loads);
  } finally {
    await cutOff(run, loads);
    await loads.stop();
  }
}
