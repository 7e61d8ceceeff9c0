import type { HistoryEvent } from './schema.ts';

/** Which places lines of each kind may have. One for each history, asked of every event in order. */
interface OrderCheck {
  /** Why this event cannot be here; null: it can. */
  problem(event: HistoryEvent): string | null;
}

/**
 * A history is one run: one header, first; each trial once, and as planned; nothing of a trial that has not begun; nothing
 * after the run's last line. The checksums show that lines are as they were written; this, that a run was written.
 */
export function orderCheck(): OrderCheck {
  /** The trials that have begun; the last of them may not be over. */
  const started = new Set<number>();
  let planned: readonly { readonly policy: string | null; readonly repeat: number }[] | null = null;
  let current: number | null = null;
  let finished = false;

  const ofTrial = (trial: number, mustBeOpen: boolean): string | null => {
    if (!started.has(trial)) return `trial ${trial} has not begun`;
    return mustBeOpen && trial !== current ? `trial ${trial} is over` : null;
  };
  const begin = (event: Extract<HistoryEvent, { type: 'trial-start' }>): string | null => {
    const { trial, policy, repeat } = event;
    if (started.has(trial)) return `trial ${trial} begins a second time`;
    if (current !== null) return `trial ${trial} begins before trial ${current} has ended`;
    const plan = planned?.[trial];
    if (plan === undefined) return `trial ${trial} is not in the plan, which has ${planned?.length}`;
    if (plan.policy !== policy || plan.repeat !== repeat) return `trial ${trial} is not as planned`;
    started.add(trial);
    current = trial;
    return null;
  };

  return {
    problem(event) {
      if (planned === null) {
        if (event.type !== 'header') return 'the first line is no header of a history';
        planned = event.plan.trials;
        return null;
      }
      if (finished) return `a line of type ${event.type} after the last of the run`;
      switch (event.type) {
        // Most lines are of these kinds. A request may be heard of after its trial.
        case 'start':
        case 'end':
          return event.trial === current ? null : ofTrial(event.trial, false);
        case 'header':
          return 'a second header: this is more than one history';
        case 'checksum':
          return 'a checksum where none can be';
        case 'trial-start':
          return begin(event);
        case 'phase':
        case 'disturbance':
          return ofTrial(event.trial, true);
        case 'trial-end': {
          const problem = ofTrial(event.trial, true);
          if (problem === null) current = null;
          return problem;
        }
        case 'finish':
          finished = true;
          return null;
        default:
          return null;
      }
    },
  };
}
