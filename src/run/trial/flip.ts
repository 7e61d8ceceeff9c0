import type { Strategy } from '../../policies/index.ts';
import { setPolicy } from '../cluster.ts';
import { edgeFollows } from '../expected.ts';
import { probesStable } from './settle.ts';
import { disturbed, slack, type Trial } from './trial.ts';

/** Changes the policy under load, and waits until the edge has followed and new connections succeed again. */
export async function flip(trial: Trial, switchOver: NonNullable<Strategy['switchOver']>): Promise<void> {
  const { run, strategy } = trial;
  const { edge, stabilityMs } = run.plan;
  trial.phase('flip');
  const at = run.clock.now();
  const moment = { kind: 'flip', name: strategy.name, node: null } as const;
  disturbed(trial, { ...moment, at: 'begin', t: at, detail: 'the Service is patched' });
  const changed = await switchOver({ setPolicy: (policy) => setPolicy(run, policy) });
  const detail = changed ? 'the API took the patch' : 'the Service had that policy already';
  disturbed(trial, { ...moment, at: 'done', affected: changed ? 1 : 0, detail });
  trial.phase('settle');
  const check = edge.checks[strategy.final];
  const turns =
    (check.unhealthyThreshold + check.healthyThreshold + 1) * (check.intervalMs + check.timeoutMs);
  const holds = () => edgeFollows(run, strategy.final, at);
  const limit = edge.reconcileDelayMs + turns + 2 * stabilityMs + slack;
  if (!(await probesStable(trial, { since: at, limitMs: limit, holds, words: ' and the edge to follow' }))) {
    trial.note('flip-not-settled', `the switchover ${strategy.name} had not settled when its time was up`);
  }
}
