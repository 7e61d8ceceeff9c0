import type { Strategy } from './strategy.ts';

/** Only nodes with a ready ingress pod take connections, and keep them on the node. */
export const local: Strategy = { name: 'Local', initial: 'Local', final: 'Local', switchOver: null };
