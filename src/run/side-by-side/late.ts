import type { HistoryEvent } from '../../history/schema.ts';
import { instrumentOf } from '../../plan/instruments.ts';
import type { Plan } from '../../plan/schema.ts';
import type { RunState } from '../state.ts';

/** How late an instrument may be beside others, but probes and the cluster: half of what makes a machine slow. Real milliseconds. */
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
 * What goes wrong on a cluster of ours before anything was done to it is the machine's doing: a process was held up for longer
 * than a probe waits, or than the readiness probe of its pod does, whose node drops new connections meanwhile. Returns it.
 */
function calmWatch(): (event: HistoryEvent) => string | null {
  let isCalm = false;
  /** Pods made in this trial that are not ready yet. */
  const starting = new Set<string>();
  const probes = new Set<string>();
  const wrong = (event: HistoryEvent): string | null => {
    if (event.type === 'end')
      return probes.delete(event.id) && event.outcome !== 'completed' ? 'a probe failed' : null;
    if (event.type !== 'pod' || event.change !== 'modified' || event.phase !== 'Running') return null;
    return event.ready || event.terminating || starting.has(event.pod)
      ? null
      : `${event.pod} was not ready for a while`;
  };
  return (event) => {
    if (event.type === 'trial-start') isCalm = true;
    else if (event.type === 'disturbance') isCalm = false;
    else if (event.type === 'start' && event.kind === 'probe' && isCalm) probes.add(event.id);
    else if (event.type === 'pod' && event.change === 'added') starting.add(event.pod);
    else if (event.type === 'pod' && event.ready) starting.delete(event.pod);
    return isCalm ? wrong(event) : null;
  };
}

export function lateWatch(plan: Pick<Plan, 'load' | 'edge' | 'ingress' | 'timeScale'>): LateWatch {
  let first: string | null = null;
  const limitOf = (instrument: string) => {
    const { kind, lateMs: own } = instrumentOf(plan, instrument);
    return kind === 'probe' || kind === 'cluster' ? own : lateMs;
  };
  const calm = calmWatch();
  return {
    take(event) {
      const wrong = calm(event);
      if (wrong !== null) first ??= `${wrong} before anything was done`;
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
