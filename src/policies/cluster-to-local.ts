import type { Strategy } from './strategy.ts';

/** The plain live patch, as people do it. */
export const clusterToLocal: Strategy = {
  name: 'Cluster->Local',
  initial: 'Cluster',
  final: 'Local',
  switchOver: (context) => context.setPolicy('Local'),
};
