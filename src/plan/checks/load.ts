import { formatDuration } from '../../base/units.ts';
import type { Problem } from '../../scenario/error.ts';
import type { Plan } from '../schema.ts';
import { injectionMs } from '../wall.ts';
import type { PathTo } from './path.ts';

/** A cohort that is over when the fault is injected shows nothing. What ends within two chunks of it cannot be distinguished from a cut. */
export function loadProblems(plan: Plan, pathTo: PathTo): Problem[] {
  if (plan.fault === null || plan.trials.length === 0) return [];
  const latest = plan.trials.reduce((most, trial) => Math.max(most, injectionMs(plan, trial)), 0);
  return plan.load.flatMap((item, index): Problem[] => {
    if (item.kind !== 'streams' || item.renew) return [];
    const needed = latest + 2 * item.chunkIntervalMs;
    if (item.durationMs >= needed) return [];
    const [lasts, faultBy] = [formatDuration(item.durationMs), formatDuration(latest)];
    return [
      {
        path: pathTo('load', index, 'duration'),
        what: `streams of '${item.name}' last ${lasts}, and the fault may be injected ${faultBy} after the first began`,
        hint: `set duration: ${Math.ceil(needed / 1000)}s or longer, or renew: true`,
      },
    ];
  });
}
