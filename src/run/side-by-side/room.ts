import { availableParallelism, freemem } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import { nsPerMs } from '../../base/units.ts';
import type { Plan } from '../../plan/schema.ts';

/** Trials at once for each core, and memory for each: the default experiment takes 0.36 cores and 0.6 GB. */
const perCore = 2;
const bytesEach = 1.2e9;
/** A heavier load than this is measured alone: requests a second and streams at once, real time. */
const light = { streams: 300, rate: 200 };
/** More nodes than this are many processes each. */
const mostNodes = 12;

/** How many trials may run at once here at most; 1: one after the other. */
export function mostAtOnce(
  plan: Pick<Plan, 'load' | 'nodes' | 'timeScale' | 'trials' | 'provider'>,
  machine = { cores: availableParallelism(), freeBytes: freemem() },
): number {
  if (plan.provider !== 'embedded' || !isLight(plan)) return 1;
  const byMemory = Math.floor(machine.freeBytes / bytesEach);
  return Math.max(1, Math.min(plan.trials.length, perCore * machine.cores, byMemory));
}

function isLight({ load, nodes, timeScale }: Pick<Plan, 'load' | 'nodes' | 'timeScale'>): boolean {
  let streams = 0;
  let rate = 0;
  for (const one of load) {
    if (one.kind === 'streams') streams += one.concurrency;
    else if (one.kind === 'probe') rate += one.rate * one.lanes.length * timeScale;
    else return false; // another engine takes as much as it gets
  }
  return streams <= light.streams && rate <= light.rate && nodes.length <= mostNodes;
}

/** How long to look, and how late a timer of ours may be in it. Real milliseconds. */
const lookMs = 200;
const stepMs = 10;
const lateMs = 15;

/** True if this process was on time for a while: whoever measures beside it would be as well. */
export async function onTime(clock: Clock): Promise<boolean> {
  const end = clock.now() + lookMs * nsPerMs;
  while (clock.now() < end) {
    const due = clock.now() + stepMs * nsPerMs;
    await clock.sleep(stepMs);
    if (clock.now() - due > lateMs * nsPerMs) return false;
  }
  return true;
}
