/** The longest delay that Node's timers keep to; a longer one would be over at once. */
const longestMs = 2 ** 31 - 1;

/** A signal that aborts after `ms` of real time. `AbortSignal.timeout` throws for a fraction, as any compressed time may be. */
export const abortsAfter = (ms: number): AbortSignal =>
  AbortSignal.timeout(Math.min(Math.ceil(ms), longestMs));
