import { MidflightError } from '../../base/errors.ts';
import { followMs, turnsMs } from '../../plan/flip-time.ts';
import { failuresOf, leftOf } from '../changes.ts';
import { edgeFollows, edgeHolds } from '../expected.ts';
import { realMs } from '../run.ts';
import { disturbed, namesOf, nodesWords, noise, slack, type Trial, type TrialOutcome } from './trial.ts';

/** Undoes what the trial changed: brings the node back, the pods to their places, and the Service and its nodes as they were. */
export async function recover(trial: Trial, outcome: TrialOutcome): Promise<void> {
  const ending = outcome === 'interrupted' || trial.run.signal.aborted;
  if (ending && trial.run.provider.cluster.disposable) return; // it goes as a whole
  if (trial.faultMark === null && trial.flipMark === null) return;
  // A switchover of one patch is left to the next trial, which sets its own policy.
  const inSteps = (trial.strategy.switchOver?.steps.length ?? 0) > 1;
  if (trial.faultMark === null && !inSteps) return;
  trial.phase('recover');
  const signal = ending ? AbortSignal.timeout(180_000) : trial.run.signal;
  await mend(trial, signal, ending);
  if (inSteps) await stepBack(trial, signal, ending);
}

/** Brings the node back, and waits until the edge holds it green again. */
async function mend(trial: Trial, signal: AbortSignal, ending: boolean): Promise<void> {
  const { run, fault, targets, strategy } = trial;
  if (fault === null || trial.faultMark === null) return;
  const names = nodesWords(trial);
  const moment = { kind: 'fault', name: fault.kind, ...namesOf(targets) } as const;
  disturbed(trial, { ...moment, at: 'recover', detail: `bringing ${names} back` });
  const unwound = await run.changes.unwind(trial.faultMark, signal);
  if (run.signal.aborted && !ending) throw run.signal.reason;
  const failures = failuresOf(unwound);
  if (failures.length > 0) {
    disturbed(trial, { ...moment, at: 'failed', detail: failures.join('; ') });
    throw new MidflightError('cluster-failed', failures.join('; '), {
      hint: 'midflight clean tries again',
    });
  }
  for (const text of leftOf(unwound)) trial.note('changed-by-others', `left as it is: ${text}`);
  disturbed(trial, {
    ...moment,
    at: 'recovered',
    detail: `${names} ${targets.length === 1 ? 'is' : 'are'} back`,
  });
  if (ending) return;
  const { edge } = run.plan;
  const limit = turnsMs(edge, strategy.final) + edge.verdictDelayMs + slack;
  const readmitted = () => edgeHolds(run, strategy.final, []);
  if (
    !(await run.state.until(
      readmitted,
      realMs(run.plan, limit) + noise,
      signal,
      `the edge to readmit ${names}`,
    ))
  ) {
    trial.note('not-readmitted', `the edge had not readmitted ${names} when its time was up`);
  }
}

/** Undoes a switchover's steps, the last first, and waits until the edge follows the policy that the trial began with. */
async function stepBack(trial: Trial, signal: AbortSignal, ending: boolean): Promise<void> {
  const { run, strategy, flipMark } = trial;
  if (flipMark === null) return;
  const unwound = await run.changes.unwind(flipMark, signal);
  if (run.signal.aborted && !ending) throw run.signal.reason;
  const failures = failuresOf(unwound);
  if (failures.length > 0) {
    throw new MidflightError('cluster-failed', failures.join('; '), { hint: 'midflight clean tries again' });
  }
  for (const text of leftOf(unwound)) trial.note('changed-by-others', `left as it is: ${text}`);
  if (ending) return;
  const { edge } = run.plan;
  const limit = followMs(edge) + edge.removalDelayMs + turnsMs(edge, strategy.initial) + slack;
  const back = () => edgeFollows(run, strategy.initial, Number.NEGATIVE_INFINITY);
  const what = `the edge to follow ${strategy.initial} again`;
  if (!(await run.state.until(back, realMs(run.plan, limit) + noise, signal, what))) {
    trial.note('not-readmitted', `the edge did not follow ${strategy.initial} again when its time was up`);
  }
}
