import { type Loads, longestStreamMs } from '../loads.ts';
import { realMs } from '../run.ts';
import { hurriedMs, neverAborted } from '../state.ts';
import { noise, slack, type Trial } from './trial.ts';

/** Follows every stream to its end: a node may only come back after all it held is classified. */
export async function finish(trial: Trial, loads: Loads): Promise<void> {
  const { run } = trial;
  trial.phase('finish');
  const limit = realMs(run.plan, longestStreamMs(run.plan) + slack) + noise;
  const renewing = run.plan.load.some((load) => load.kind === 'streams' && load.renew);
  // Without a disturbance the probes go on as long as the streams do: that is the whole measurement.
  if (trial.strategy.switchOver === null && trial.fault === null && !renewing) {
    await run.state.until(loads.streamsIdle, limit, trial.signal);
  }
  loads.quiesce();
  await run.state.until(loads.idle, limit, trial.signal);
}

/** What is still in flight was cut by us: cancelled, and no loss. After Ctrl-C as well, but then nobody waits long. */
export async function cancelRest({ run }: Trial, loads: Loads): Promise<void> {
  if (loads.idle()) return;
  loads.cancel();
  await run.state.until(loads.idle, run.signal.aborted ? hurriedMs : 5000, neverAborted);
}
