import type { PolicyName } from '../scenario/schema.ts';
import type { Plan } from './schema.ts';

/** What a policy's name tells of its trial, before any strategy runs. */
export function strategyShape(policy: PolicyName | null): {
  initial: 'Cluster' | 'Local';
  final: 'Cluster' | 'Local';
  flips: boolean;
} {
  switch (policy) {
    case 'Local':
      return { initial: 'Local', final: 'Local', flips: false };
    case 'Cluster->Local':
      return { initial: 'Cluster', final: 'Local', flips: true };
    case 'Local->Cluster':
      return { initial: 'Local', final: 'Cluster', flips: true };
    case 'Cluster':
    case null:
      return { initial: 'Cluster', final: 'Cluster', flips: false };
  }
}

/** How long a probe may take, cluster ms; of several loads the longest, and 0 without one. */
export const probeTimeoutMs = ({ load }: Pick<Plan, 'load'>): number =>
  Math.max(0, ...load.map((one) => (one.kind === 'probe' ? one.timeoutMs : 0)));
