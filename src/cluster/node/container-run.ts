import { constants } from 'node:os';
import type { ContainerState, Terminated } from './pod-object.ts';

/*
 * A container's lives, as the kubelet keeps them (pkg/kubelet/kubelet_pods.go, convertToAPIContainerStatuses): its end
 * shows as `terminated`; if the next start is put off, as `waiting` with the end in `lastState`; restartCount grows with
 * the start that follows.
 */

/** The end of a process, as Node reports it. */
export interface ContainerEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

interface ContainerRun {
  readonly current: ContainerState;
  started(): void;
  /** It ended, or would not start. */
  ended(end: ContainerEnd): void;
  /** How long to wait before it is started again (cluster ms). Above 0 it shows as CrashLoopBackOff. */
  backOff(): number;
}

/** CrashLoopBackOff: the first restart at once, then 10 s, doubled each time up to 5 min (pkg/kubelet: MaxContainerBackOff). */
export const backOffMs = (deaths: number): number =>
  deaths <= 1 ? 0 : Math.min(300, 10 * 2 ** (deaths - 2)) * 1000;

export function containerRun(now: () => Date): ContainerRun {
  let state: ContainerState['state'] = { waiting: { reason: 'ContainerCreating' } };
  let last: Terminated | null = null;
  let startedAt = now();
  let starts = 0;
  let deaths = 0;
  return {
    get current() {
      return { state, lastTerminated: last, restarts: Math.max(0, starts - 1) };
    },
    started() {
      if ('terminated' in state) last = state.terminated;
      starts += 1;
      startedAt = now();
      state = { running: { startedAt: startedAt.toISOString() } };
    },
    ended(end) {
      deaths += 1;
      // An attempt that never ran counts as one: kubelet counts the containers that it made.
      if (!('running' in state)) {
        starts += 1;
        startedAt = now();
      }
      const exitCode = exitCodeOf(end);
      const reason = exitCode === 0 ? 'Completed' : 'Error';
      state = {
        terminated: {
          exitCode,
          reason,
          startedAt: startedAt.toISOString(),
          finishedAt: now().toISOString(),
        },
      };
    },
    backOff() {
      const ms = backOffMs(deaths);
      if (ms > 0 && 'terminated' in state) {
        last = state.terminated;
        state = {
          waiting: {
            reason: 'CrashLoopBackOff',
            message: `back-off ${ms / 1000}s restarting failed container`,
          },
        };
      }
      return ms;
    },
  };
}

const signalNumbers: Readonly<Record<string, number>> = constants.signals;

function exitCodeOf({ code, signal }: ContainerEnd): number {
  if (code !== null) return code;
  return signal === null ? 1 : 128 + (signalNumbers[signal] ?? 0);
}
