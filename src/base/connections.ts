/*
 * How connections are opened and how they end: the terms that scenario, load, edge and history share.
 */

/** How a probe connects: anew each time, or over the connection that it keeps. */
export const lanes = ['new', 'reused'] as const;
export type Lane = (typeof lanes)[number];

/** Result of the edge's attempt to connect to a node; none: no node was green. */
export const connectResults = [
  'connected',
  'refused',
  'timeout',
  'unreachable',
  'reset',
  'abandoned',
  'none',
  'error',
] as const;
/** How a side of an edge connection ended; open: it had not yet when the other side ended. */
export const sideEnds = ['fin', 'rst', 'edge-reset', 'edge-closed', 'open', 'error'] as const;
