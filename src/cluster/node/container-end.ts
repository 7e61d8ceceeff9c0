import type { ChildHandle } from '../../base/child.ts';
import { leastGraceMs } from '../../base/least-grace.ts';
import type { Timers } from '../../base/timers.ts';

/** How one container is ended. Real milliseconds. */
export interface Ending {
  /** Settles when its process is gone. */
  readonly gone: Promise<void>;
  /** Asked again: it ends no later than this from now. */
  within(graceMs: number): void;
}

/**
 * Ends a container as the kubelet does (pkg/kubelet/kuberuntime/kuberuntime_container.go, killContainer): the preStop hook, for
 * no longer than the grace period; SIGTERM; and SIGKILL when the grace period is over, or 2 s after SIGTERM if the hook
 * left less. With no grace there is no hook. The container serves on during the hook, and its readiness is still asked.
 */
export function endContainer(
  { pid, exited }: Pick<ChildHandle, 'pid' | 'exited'>,
  times: {
    readonly graceMs: number;
    readonly preStopMs: number;
    readonly timeScale: number;
    readonly timers: Timers;
  },
): Ending {
  const stops: (() => void)[] = [];
  const after = (ms: number, action: () => void) => void stops.push(times.timers.after(ms, action));
  const hookMs = Math.min(times.preStopMs, times.graceMs);
  const leftMs = Math.max(times.graceMs - hookMs, hookMs === 0 ? 0 : leastGraceMs / times.timeScale);
  const terminate = () => {
    signal(pid, 'SIGTERM');
    after(leftMs, () => signal(pid, 'SIGKILL'));
  };
  if (hookMs === 0) terminate();
  else after(hookMs, terminate);
  return {
    gone: exited.then(() => {
      for (const stop of stops) stop();
    }),
    within: (graceMs) => after(graceMs, () => signal(pid, 'SIGKILL')),
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone already: that is what was wanted
  }
}
