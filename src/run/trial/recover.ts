import { MidflightError } from '../../base/errors.ts';
import { failuresOf, leftOf } from '../changes.ts';
import { edgeHolds } from '../expected.ts';
import { realMs } from '../run.ts';
import { disturbed, noise, slack, type Trial, type TrialOutcome } from './trial.ts';

/** Brings the node back, and the pods to their old places, and waits until the edge holds it green again. */
export async function recover(trial: Trial, outcome: TrialOutcome): Promise<void> {
  const { run, fault, target, strategy } = trial;
  if (fault === null || target === null || trial.faultMark === null) return;
  const ending = outcome === 'interrupted' || run.signal.aborted;
  if (ending && run.provider.cluster.disposable) return; // it goes as a whole
  trial.phase('recover');
  const moment = { kind: 'fault', name: fault.kind, node: target } as const;
  disturbed(trial, { ...moment, at: 'recover', detail: `bringing ${target} back` });
  const signal = ending ? AbortSignal.timeout(180_000) : run.signal;
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
  disturbed(trial, { ...moment, at: 'recovered', detail: `${target} is back` });
  if (ending) return;
  const check = run.plan.edge.checks[strategy.final];
  const limit = (check.healthyThreshold + 2) * (check.intervalMs + check.timeoutMs) + slack;
  const readmitted = () => edgeHolds(run, strategy.final, null);
  if (
    !(await run.state.until(
      readmitted,
      realMs(run.plan, limit) + noise,
      signal,
      `the edge to readmit ${target}`,
    ))
  ) {
    trial.note('not-readmitted', `the edge had not readmitted ${target} when its time was up`);
  }
}
