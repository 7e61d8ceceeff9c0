import { nsPerMs } from '../../base/units.ts';
import { probeTimeoutMs } from '../../plan/shape.ts';
import type { TrafficPolicy } from '../../policies/index.ts';
import { setPolicy } from '../cluster.ts';
import { edgeHolds, expectedGreen, greenAtEdge } from '../expected.ts';
import { realMs, TrialSpoiled } from '../run.ts';
import { noise, slack, type Trial } from './trial.ts';

/** Sets the policy and waits until the edge holds green exactly the nodes that it should. */
export async function settleOn(trial: Trial, policy: TrafficPolicy): Promise<void> {
  const { run } = trial;
  const { edge } = run.plan;
  await setPolicy(run, policy);
  const check = edge.checks[policy];
  const limit =
    edge.reconcileDelayMs + (check.healthyThreshold + check.unhealthyThreshold + 1) * check.intervalMs;
  const settled = () => run.state.edgePolicy === policy && edgeHolds(run, policy, null);
  if (
    await run.state.until(
      settled,
      realMs(run.plan, limit + slack) + noise,
      trial.signal,
      `the edge to settle on ${policy}`,
    )
  )
    return;
  const [green, wanted] = [greenAtEdge(run), expectedGreen(run, policy, null)];
  throw new TrialSpoiled(
    'edge-not-settled',
    `the edge did not settle on ${policy}: green are [${[...green]}], should be [${[...wanted]}]`,
  );
}

/** Waits for an all-good stability window of the probes after `since`, which may move while it waits. */
export function probesStable(
  trial: Trial,
  since: number | (() => number),
  limitMs: number,
  also = () => true,
  alsoWords = '',
): Promise<boolean> {
  const { plan, state, clock } = trial.run;
  const ns = (ms: number) => realMs(plan, ms) * nsPerMs;
  const from = typeof since === 'number' ? () => since : since;
  const [window, timeout] = [ns(plan.stabilityMs), ns(probeTimeoutMs(plan))];
  const stable = () => also() && state.probes.stableSince(from(), clock.now(), window, timeout);
  const what = `${plan.stabilityMs / 1000} s without a failed probe${alsoWords}`;
  return state.until(stable, realMs(plan, limitMs) + noise, trial.signal, what);
}
