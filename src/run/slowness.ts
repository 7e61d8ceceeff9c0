import type { AnyPlan } from '../plan/schema.ts';
import type { RunState } from './state.ts';

/** Our processes are this late at most on a machine that keeps up. Real milliseconds; docs/benchmarks.md has their figures. */
const lateMs = 100;

interface Slowness {
  readonly what: string;
  readonly advice: string;
}

/** How this machine fell behind in the present trial, and what to do about it; null if it kept up. */
export function slowness(
  state: Pick<RunState, 'latenessMs' | 'answerMs'>,
  plan: Pick<AnyPlan, 'timeScale'>,
): Slowness | null {
  const worst = Math.max(state.latenessMs, state.answerMs);
  if (worst < lateMs) return null;
  const how =
    state.latenessMs >= state.answerMs
      ? `requests began up to ${worst.toFixed(0)} ms late`
      : `our own processes took up to ${worst.toFixed(0)} ms to answer`;
  const slower = plan.timeScale > 1 ? `, or lower timeScale (${plan.timeScale})` : '';
  return {
    what: `this machine was too slow: ${how}`,
    advice: `End other programs, lower the load${slower}`,
  };
}
