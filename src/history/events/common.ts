import * as z from 'zod';

/** The monotonic clock, or a span of it, in nanoseconds of real time. */
export const ns = z.number();
export const trialIndex = z.int().min(0);
/** `127.31.7.200:41234` or `[::1]:41234`. */
export const socketAddress = z.string();
