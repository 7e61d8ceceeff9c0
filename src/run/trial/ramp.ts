import type { Loads } from '../loads.ts';
import { realMs, TrialSpoiled } from '../run.ts';
import { slowness } from '../slowness.ts';
import { probesStable } from './settle.ts';
import { noise, slack, type Trial } from './trial.ts';

/** Starts the load and waits until as many streams as the fault's trigger asks for are past their first chunk. */
export async function ramp(trial: Trial, loads: Loads): Promise<void> {
  const { run } = trial;
  trial.phase('ramp');
  loads.begin();
  const streams = run.plan.load.filter((load) => load.kind === 'streams');
  const rampMs = Math.max(0, ...streams.map((load) => load.rampMs + 10 * load.chunkIntervalMs));
  const limit = realMs(run.plan, rampMs + slack) + noise;
  const count = (key: 'started' | 'pastFirstChunk') =>
    streams.reduce((sum, { name }) => sum + (run.state.loads.get(name)?.[key] ?? 0), 0);
  const all = streams.reduce((sum, load) => sum + load.concurrency, 0);
  const disturbed = trial.strategy.switchOver !== null || trial.fault !== null;
  const wanted = run.plan.fault?.trigger.streamsInFlight ?? all;
  if (!disturbed) {
    await run.state.until(() => count('started') >= all, limit, trial.signal, `${all} streams to start`);
  } else if (
    !(await run.state.until(
      () => count('pastFirstChunk') >= wanted,
      limit,
      trial.signal,
      `${wanted} streams in flight`,
    ))
  ) {
    throw unsteady(
      trial,
      `${count('pastFirstChunk')} of ${wanted} streams were in flight past their first chunk`,
    );
  }
}

/** Steady state must hold before anything is broken, else what is measured afterwards means nothing. */
export async function steady(trial: Trial): Promise<void> {
  const { run } = trial;
  trial.phase('steady');
  const limitMs = run.plan.stabilityMs * 3;
  if (await probesStable(trial, { since: run.clock.now(), limitMs })) return;
  throw unsteady(trial, 'probes failed before anything was broken');
}

/** Why there was no steady state: if our own processes ran late, they are the cause and not the cluster. */
function unsteady({ run: { state, plan } }: Trial, what: string): TrialSpoiled {
  const slow = slowness(state, plan);
  return slow === null
    ? new TrialSpoiled('no-steady-state', `no steady state: ${what}`)
    : new TrialSpoiled(
        'machine-too-slow',
        `${slow.what}; before anything was broken, ${what}. ${slow.advice}`,
      );
}
