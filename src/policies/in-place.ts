import { patch } from './steps/flip.ts';
import { prefer } from './steps/prefer.ts';
import type { Switchover } from './strategy.ts';

/** The plain live patch, as people do it. */
export const inPlace: Switchover = {
  preconditions: [],
  steps: (policy) => [policy.becomes === undefined ? patch(policy) : prefer(policy.becomes)],
};
