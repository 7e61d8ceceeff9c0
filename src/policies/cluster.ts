import type { Strategy } from './strategy.ts';

/** The default: any node takes a connection and may pass it on to a pod elsewhere. */
export const cluster: Strategy = { name: 'Cluster', initial: 'Cluster', final: 'Cluster', switchOver: null };
