import type { Strategy } from '../../policies/index.ts';
import { setPolicy } from '../cluster.ts';
import { edgeHolds } from '../expected.ts';
import { probesStable } from './settle.ts';
import { slack, type Trial } from './trial.ts';

/** Changes the policy under load, and waits until the edge has followed and new connections succeed again. */
export async function flip(trial: Trial, switchOver: NonNullable<Strategy['switchOver']>): Promise<void> {
  const { run, strategy, planned } = trial;
  const { edge, stabilityMs } = run.plan;
  trial.phase('flip');
  const at = run.clock.now();
  const disturbance = (t: number, moment: 'begin' | 'done', detail: string) =>
    run.record({
      type: 'disturbance',
      t,
      trial: planned.index,
      kind: 'flip',
      at: moment,
      name: strategy.name,
      node: null,
      detail,
    });
  disturbance(at, 'begin', 'the Service is patched');
  await switchOver({ setPolicy: (policy) => setPolicy(run, policy) });
  disturbance(run.clock.now(), 'done', 'the API took the patch');
  trial.phase('settle');
  const check = edge.checks[strategy.final];
  const turns =
    (check.unhealthyThreshold + check.healthyThreshold + 1) * (check.intervalMs + check.timeoutMs);
  const followed = () =>
    run.state.edgePolicy === strategy.final &&
    run.state.edgeReconciledAt > at &&
    edgeHolds(run, strategy.final, null);
  const limit = edge.reconcileDelayMs + turns + 2 * stabilityMs + slack;
  if (!(await probesStable(trial, at, limit, followed, ' and the edge to follow'))) {
    trial.note(`the switchover ${strategy.name} had not settled when its time was up`);
  }
}
