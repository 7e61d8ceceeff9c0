import type { Strategy } from './strategy.ts';

/** The way back, by the same live patch. */
export const localToCluster: Strategy = {
  name: 'Local->Cluster',
  initial: 'Local',
  final: 'Cluster',
  switchOver: (context) => context.setPolicy('Cluster'),
};
