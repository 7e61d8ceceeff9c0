import { abortController } from '../../../base/signals.ts';
import type { Resource } from '../api/kinds.ts';
import type { Context } from '../context.ts';

/**
 * A control loop: looks at all of the store and changes what is not as it should be. Called after every change of what
 * it watches, and again after the real milliseconds that it returns. Must come to rest: a sync without need writes nothing.
 */
export interface Controller {
  readonly name: string;
  readonly watches: readonly Resource[];
  sync(): number | undefined;
}

interface ControllerManager {
  /** Runs what is due until nothing changes any more. Done by itself after each change, in a microtask. */
  settle(): void;
  stop(): void;
}

// A loop that never rests must not starve the server; what is left goes on in the next turn of the event loop.
const maxRounds = 100;

/** Runs controllers over the store until stop(). `onError` hears what a sync throws; that controller tries again in 1 s. */
export function runControllers(
  context: Context,
  controllers: readonly Controller[],
  onError: (controller: string, error: unknown) => void,
): ControllerManager {
  const due = new Set<Controller>(controllers);
  const timers = new Map<Controller, AbortController>();
  let scheduled = false;
  let running = false;
  let stopped = false;

  const again = (controller: Controller, ms: number | undefined) => {
    timers.get(controller)?.abort();
    timers.delete(controller);
    if (ms === undefined || stopped) return;
    const timer = abortController();
    timers.set(controller, timer);
    context.clock.sleep(ms, timer.signal).then(
      () => {
        due.add(controller);
        settle();
      },
      () => {}, // aborted: a later sync has set another time
    );
  };
  const runOne = (controller: Controller) => {
    due.delete(controller);
    try {
      again(controller, controller.sync());
    } catch (error) {
      onError(controller.name, error);
      again(controller, 1000);
    }
  };
  const settle = () => {
    scheduled = false;
    if (running || stopped) return;
    running = true;
    for (let round = 0; round < maxRounds && due.size > 0; round++) {
      for (const controller of controllers) if (due.has(controller)) runOne(controller);
    }
    running = false;
    if (due.size > 0) setImmediate(settle);
  };
  const unsubscribe = context.store.subscribe(({ resource }) => {
    for (const controller of controllers) if (controller.watches.includes(resource)) due.add(controller);
    if (scheduled || running || due.size === 0) return;
    scheduled = true;
    queueMicrotask(settle);
  });
  settle();
  return {
    settle,
    stop() {
      stopped = true;
      unsubscribe();
      for (const timer of timers.values()) timer.abort();
      timers.clear();
    },
  };
}
