import type { PolicyName } from '../scenario/schema.ts';

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
