import { availableParallelism, freemem } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import { nsPerMs } from '../../base/units.ts';
import { clusters } from '../../catalogue/clusters.ts';
import { isLightLoad } from '../../plan/light.ts';
import type { Plan } from '../../plan/schema.ts';

/**
 * Trials at once for each core, and memory for each: one of the default experiment takes 0.45 cores and 0.6 GB, more while its
 * processes start. With two for each core, four of the first fifteen were late.
 */
const perCore = 1.5;
const bytesEach = 1.2e9;
/** More nodes than this are many processes each. */
const mostNodes = 12;

/** How many trials may run at once here at most; 1: one after the other. */
export function mostAtOnce(
  plan: Pick<Plan, 'load' | 'nodes' | 'timeScale' | 'trials' | 'provider'>,
  machine = { cores: availableParallelism(), freeBytes: freemem() },
): number {
  // A heavier load is measured alone.
  if (!clusters[plan.provider].madeOfProcesses || plan.nodes.length > mostNodes || !isLightLoad(plan))
    return 1;
  const byMemory = Math.floor(machine.freeBytes / bytesEach);
  return Math.max(1, Math.min(plan.trials.length, Math.floor(perCore * machine.cores), byMemory));
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
