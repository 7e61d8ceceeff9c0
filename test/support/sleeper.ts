import { nsPerMs } from '../../src/base/units.ts';

/** Sleeping that takes no time: whenever nothing else is left to do, the clock jumps to whoever wakes first. */
export function sleeper(now: () => number, jump: (to: number) => void) {
  const due = new Set<{ readonly at: number; readonly wake: () => void }>();
  const next = () => {
    const [first] = [...due].sort((one, other) => one.at - other.at);
    if (first === undefined) return;
    due.delete(first);
    jump(first.at);
    first.wake();
  };
  return (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const one = { at: now() + ms * nsPerMs, wake: resolve };
      due.add(one);
      setImmediate(next);
      signal?.addEventListener('abort', () => {
        due.delete(one);
        reject(signal.reason);
      });
    });
}
