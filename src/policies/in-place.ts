import { patch } from './steps/flip.ts';
import type { Switchover } from './strategy.ts';

/** The plain live patch, as people do it. */
export const inPlace: Switchover = { preconditions: [], steps: (policy) => [patch(policy)] };
