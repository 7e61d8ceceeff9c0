import { probeLatenessLimit } from '../../history/lateness.ts';
import type { HistoryEvent } from '../../history/schema.ts';
import type { Plan } from '../../plan/schema.ts';
import type { RunState } from '../state.ts';

/** How late an instrument may be beside others if it is no probe: half of what makes a machine slow. Real milliseconds. */
const lateMs = 50;
/**
 * How long a part of ours may take to answer beside others: half of what makes it slow. No figure is read from answers, and
 * a cluster that starts beside it holds them up by up to 130 ms. Real milliseconds.
 */
const answerMs = 250;

/** Looks at one trial beside others: would it have gone the same alone? */
interface LateWatch {
  take(event: HistoryEvent): void;
  /** Why it cannot be trusted to have; null: it can. */
  words(state: Pick<RunState, 'answerMs' | 'failures'>): string | null;
}

/**
 * Watches for a pod that is found not ready before anything was done to the cluster: on a cluster of ours only a machine that
 * holds its process up longer than its readiness probe waits does that. Returns its name.
 */
function unreadyWatch(): (event: HistoryEvent) => string | null {
  let looks = false;
  /** Made in this trial, and not ready yet. */
  const starting = new Set<string>();
  return (event) => {
    if (event.type === 'trial-start') looks = true;
    else if (event.type === 'disturbance') looks = false;
    if (event.type !== 'pod') return null;
    const { pod, change, phase, ready, terminating } = event;
    if (change === 'added') starting.add(pod);
    if (ready) starting.delete(pod);
    const held = looks && change === 'modified' && phase === 'Running' && !ready && !terminating;
    return held && !starting.has(pod) ? pod : null;
  };
}

export function lateWatch({ load, timeScale }: Pick<Plan, 'load' | 'timeScale'>): LateWatch {
  let first: string | null = null;
  const limitOf = (instrument: string) => {
    const own = load.find(({ name }) => name === instrument);
    return own?.kind === 'probe' ? probeLatenessLimit(own.rate * timeScale) : lateMs;
  };
  const unready = unreadyWatch();
  return {
    take(event) {
      const pod = unready(event);
      if (pod !== null) first ??= `${pod} was not ready for a while before anything was done`;
      if (event.type !== 'lateness' || event.maxMs < limitOf(event.instrument)) return;
      first ??= `${event.instrument} was late by ${event.maxMs.toFixed(0)} ms`;
    },
    words(state) {
      if (first !== null) return first;
      if (state.answerMs >= answerMs)
        return `our own processes took up to ${state.answerMs.toFixed(0)} ms to answer`;
      return state.failures[0]?.text ?? null;
    },
  };
}
