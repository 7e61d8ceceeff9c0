import { MidflightError } from '../../base/errors.ts';
import type { NodeName } from '../../base/units.ts';
import { type FaultTraits, faultTraits, takesPod } from '../../catalogue/faults.ts';
import { faults } from '../../faults/index.ts';
import { meaningFor } from '../../history/meaning.ts';
import { noticeOf } from '../../plan/notice.ts';
import type { PlannedTrial } from '../../plan/schema.ts';
import { strategyOf } from '../../policies/index.ts';
import { type Loads, launchLoads } from '../loads.ts';
import { type Run, realMs, TrialSpoiled } from '../run.ts';
import { conductTrial, type TrialOutcome, type TrialParts, type TrialSession } from './body.ts';
import { finishTrial } from './finish.ts';
import { arrange, flipPolicy, mayArrange, mayFlip } from './flip.ts';
import { type Injected, injectFault, observeFault } from './inject.ts';
import { ramp, steady } from './ramp.ts';
import { recover } from './recover.ts';
import { settleOn } from './settle.ts';
import { namesOf, noise, slack, type Trial } from './trial.ts';

/**
 * One policy, one fault, one repeat. What goes wrong makes the trial `unknown` with its reason in the history. Leaves the
 * cluster as it found it.
 */
export async function runTrial(
  run: Run,
  planned: PlannedTrial,
  targets: readonly NodeName[],
  syncEdge: () => Promise<boolean>,
): Promise<TrialOutcome> {
  const { policy } = planned;
  if (policy === null) throw new MidflightError('internal', 'a trial without a policy cannot be run');
  const trialOf = (session: TrialSession): Trial => ({
    ...session,
    run,
    planned,
    strategy: strategyOf(policy, run.plan.edge),
    fault: run.plan.fault === null ? null : faults[run.plan.fault.kind],
    targets,
    loads: null,
    faultMark: null,
    flipMark: null,
    targetsBefore: null,
  });
  const parts = (session: TrialSession) => partsOf(trialOf(session), syncEdge);
  const { outcome } = await conductTrial(run, planned.index, parts);
  return outcome;
}

function partsOf(trial: Trial, syncEdge: () => Promise<boolean>): TrialParts<Loads> {
  const { run, planned, strategy, fault } = trial;
  const { switchOver } = strategy;
  return {
    start: startOf(trial),
    oneOfMany: true,
    async prepare() {
      trial.phase('prepare');
      await mayArrange(trial);
      if (switchOver !== null) await mayFlip(trial, switchOver);
      await prepareFault(trial);
      const [loads] = await Promise.all([launchLoads(run, planned), settleOn(trial, strategy)]);
      trial.loads = loads;
      await arrange(trial);
      return loads;
    },
    async begin(loads) {
      await ramp(trial, loads);
      if (switchOver !== null || fault !== null) await steady(trial);
    },
    disturb: disturbancesOf(trial),
    finish: (loads) => finishTrial(trial, loads),
    async restore(outcome) {
      await run.second?.end();
      await recover(trial, outcome);
    },
    async conclude() {
      if (run.signal.aborted || (await syncEdge())) return;
      run.state.fail({ code: 'edge-log-incomplete', text: "the edge's log may lack its last lines" });
    },
  };
}

/** The switchover and then the fault, or the fault in the middle of it. */
function disturbancesOf(trial: Trial): TrialParts<Loads>['disturb'] {
  const { fault, strategy, run } = trial;
  const { switchOver } = strategy;
  const duringStep = run.plan.fault?.trigger.duringStep ?? null;
  let injected: Injected | null = null;
  const inject = async () => {
    if (fault !== null) injected ??= await injectFault(trial, fault);
  };
  const stepFault = fault === null || duringStep === null ? null : { duringStep, inject };
  return [
    ...(switchOver === null ? [] : [() => flipPolicy(trial, switchOver, stepFault)]),
    ...(fault === null
      ? []
      : [
          async () => {
            await inject();
            if (injected !== null) await observeFault(trial, fault, injected);
          },
        ]),
  ];
}

function startOf({ run, planned, fault, targets }: Trial): TrialParts<Loads>['start'] {
  const { policy, repeat, seed } = planned;
  const pod = fault !== null && takesPod(faultTraits[fault.kind]) ? (run.plan.fault?.pod ?? null) : null;
  return {
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

/** What the fault needs before any load begins, as far as the API has shown it. */
async function prepareFault(trial: Trial): Promise<void> {
  const { run, fault, targets, signal } = trial;
  if (fault === null || !('prepare' in fault) || fault.prepare === undefined) return;
  trial.faultMark = run.changes.mark();
  for (const node of targets) await fault.prepare(run.changes, node);
  const { joins }: FaultTraits = faultTraits[fault.kind];
  const out = () => joins !== true || targets.every((node) => run.state.excluded.has(node));
  const what = `${targets.join(' and ')} to be kept out of the balancer`;
  if (await run.state.until(out, realMs(run.plan, slack) + noise, signal, what)) return;
  throw new TrialSpoiled('edge-not-settled', `timed out waiting for ${what}`);
}
