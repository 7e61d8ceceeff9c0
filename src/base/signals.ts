import { setMaxListeners } from 'node:events';

/** The longest delay that Node's timers keep to; a longer one would be over at once. */
const longestMs = 2 ** 31 - 1;

/**
 * However many nodes, pods and waits a signal ends: Node warns on stderr from the eleventh listener on. A signal made of
 * others does not take their limit over.
 */
export function unlimited(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}

/** A signal that aborts after `ms` of real time. `AbortSignal.timeout` throws for a fraction, as any compressed time may be. */
export const abortsAfter = (ms: number): AbortSignal =>
  unlimited(AbortSignal.timeout(Math.min(Math.ceil(ms), longestMs)));

/** A signal that aborts with the first of these. */
export const abortsWith = (...signals: readonly AbortSignal[]): AbortSignal =>
  unlimited(AbortSignal.any([...signals]));

/** An AbortController whose signal takes any number of listeners. */
export function abortController(): AbortController {
  const controller = new AbortController();
  unlimited(controller.signal);
  return controller;
}
