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
/**
 * Why an HTTP balancer answered a request itself. closed: its connection to the node ended before an answer began; silent: no answer
 * began within its idle time-out.
 */
export const ownAnswerReasons = [
  'no-target',
  'refused',
  'connect-timeout',
  'closed',
  'silent',
  'malformed',
] as const;
export type OwnAnswerReason = (typeof ownAnswerReasons)[number];
/**
 * How a request ended at an HTTP balancer. whole: all of the answer was passed on; cut: the node ended its connection within the
 * answer; idle: nothing came within it for as long as the idle time-out; own: answered by the balancer; left: the client went away;
 * edge: the balancer ended it.
 */
export const requestEnds = ['whole', 'cut', 'idle', 'own', 'left', 'edge'] as const;
