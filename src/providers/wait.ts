import { MidflightError } from '../base/errors.ts';

const shortestPauseMs = 25;

/** Asks until the answer is yes. Throws `cluster-failed` at the limit (real ms), or the signal's reason. */
export async function waitFor(
  what: string,
  limitMs: number,
  signal: AbortSignal,
  done: () => Promise<boolean>,
  pauseMs = shortestPauseMs,
): Promise<void> {
  for (const began = performance.now(); performance.now() - began < limitMs; ) {
    if (signal.aborted) throw signal.reason;
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new MidflightError('cluster-failed', `waited ${Math.round(limitMs / 1000)} s in vain for ${what}`);
}
