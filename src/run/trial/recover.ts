import { adviceOf } from '../../base/errors.ts';
import type { FaultContext } from '../../faults/index.ts';
import { faultContext, restorePlacement } from '../cluster.ts';
import { edgeHolds } from '../expected.ts';
import { isInterrupted, realMs } from '../run.ts';
import { disturbed, noise, slack, type Trial, type TrialOutcome } from './trial.ts';

/** Brings the node back, and the pods to their old places, and waits until the edge holds it green again. */
export async function recover(trial: Trial, outcome: TrialOutcome): Promise<void> {
  const { run, fault, target, strategy } = trial;
  if (fault === null || target === null || !trial.broken) return;
  if (outcome === 'interrupted' && run.provider.capabilities.disposable) return; // it goes as a whole
  trial.phase('recover');
  const moment = { kind: 'fault', name: fault.kind, node: target } as const;
  disturbed(trial, { ...moment, at: 'recover', detail: `bringing ${target} back` });
  const signal = outcome === 'interrupted' ? AbortSignal.timeout(180_000) : run.signal;
  const context: FaultContext = faultContext(run, signal, { notice: () => {}, began: () => {} });
  try {
    await fault.recover(context, target);
  } catch (error) {
    if (!isInterrupted(error)) disturbed(trial, { ...moment, at: 'failed', detail: adviceOf(error) });
    throw error;
  }
  disturbed(trial, { ...moment, at: 'recovered', detail: `${target} is back` });
  if (outcome === 'interrupted') return;
  await restorePlacement(run, signal);
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
