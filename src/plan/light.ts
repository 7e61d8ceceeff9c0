import type { Plan } from './schema.ts';

/** A heavier load than this is given all of a machine: requests a second and streams at once, real time. */
const light = { streams: 300, rate: 200 };

/** True if the load leaves most of a small machine idle. */
export function isLightLoad({ load, timeScale }: Pick<Plan, 'load' | 'timeScale'>): boolean {
  let streams = 0;
  let rate = 0;
  for (const one of load) {
    if (one.kind === 'streams') streams += one.concurrency;
    else if (one.kind === 'probe') rate += one.rate * one.lanes.length * timeScale;
    else return false; // another engine takes as much as it gets
  }
  return streams <= light.streams && rate <= light.rate;
}
