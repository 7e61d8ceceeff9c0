import { constants } from 'node:os';
import { MidflightError } from '../base/errors.ts';
import { abortController } from '../base/signals.ts';
import { suspendEarlyEnd } from './early-signals.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof signals)[number];

interface SignalSource {
  on(signal: Signal, listener: () => void): unknown;
  off(signal: Signal, listener: () => void): unknown;
}

interface Interruption {
  /** Aborted with a MidflightError `interrupted` by the first signal. */
  readonly signal: AbortSignal;
  /** Listens no more. */
  dispose(): void;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP asks for an orderly end; a second one ends at once by `now`, with the exit code
 * of shells (128 + the signal). What is left then is ended by the watchdog.
 */
export function onSignals(source: SignalSource, now: (exitCode: number) => void): Interruption {
  const controller = abortController();
  const resumeEarlyEnd = suspendEarlyEnd();
  const listeners = signals.map((name) => {
    const listener = () => {
      if (controller.signal.aborted) {
        now(128 + constants.signals[name]);
        return;
      }
      controller.abort(new MidflightError('interrupted', `interrupted by ${name}`));
    };
    source.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    dispose() {
      for (const { name, listener } of listeners) source.off(name, listener);
      resumeEarlyEnd();
    },
  };
}
