import { type Loads, longestStreamMs } from '../loads.ts';
import { realMs } from '../run.ts';
import { noise, slack, type Trial } from './trial.ts';

/** Follows every stream to its end: a node may only come back after all it held is classified. */
export async function finishTrial(trial: Trial, loads: Loads): Promise<void> {
  const { run } = trial;
  trial.phase('finish');
  const limit = realMs(run.plan, longestStreamMs(run.plan) + slack) + noise;
  const renewing = run.plan.load.some((load) => load.kind === 'streams' && load.renew);
  // Without a disturbance the probes go on as long as the streams do: that is the whole measurement.
  if (trial.strategy.switchOver === null && trial.fault === null && !renewing) {
    await run.state.until(loads.streamsIdle, limit, trial.signal, 'all streams to end');
  }
  loads.quiesce();
  await run.state.until(loads.idle, limit, trial.signal, 'all streams to end');
}
