import { monotonic } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import type { World } from './change.ts';

/** The world of changes that are in no cluster: a watch has none. */
export const noWorld = (signal: AbortSignal): World => ({
  core: none,
  apps: none,
  coordination: none,
  kubectl: false,
  signal,
  sleep: (ms, until = signal) => monotonic.sleep(ms, until),
});

function none(): never {
  throw new MidflightError('internal', 'a watch has no Kubernetes API');
}
