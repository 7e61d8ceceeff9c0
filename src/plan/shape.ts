import type { AnyPlan } from './schema.ts';

/** How long a probe may take, cluster ms; of several loads the longest, and 0 without one. */
export const probeTimeoutMs = ({ load }: Pick<AnyPlan, 'load'>): number =>
  Math.max(0, ...load.map((one) => (one.kind === 'probe' ? one.timeoutMs : 0)));
