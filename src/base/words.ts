/*
 * The words that scenarios, histories and reports have in common.
 */

/**
 * What a request became, as its client saw it. `cancelled`: ended by us, and no loss. `unclear`: lost, and an engine that is
 * not ours does not tell how.
 */
export const outcomes = [
  'completed',
  'refused',
  'connect-timeout',
  'slow-connect',
  'unreachable',
  'closed-before-response',
  'reset-before-response',
  'truncated',
  'reset-mid-body',
  'hung',
  'http-error',
  'wrong-body',
  'malformed',
  'local-error',
  'unclear',
  'cancelled',
] as const;
export type Outcome = (typeof outcomes)[number];

/** Why a request was lost. */
export const causes = ['transit', 'ingress', 'endpoint', 'switchover', 'unattributed'] as const;
export type Cause = (typeof causes)[number];

/** What a CDN (Cloudflare) in front would have answered for a loss; `cut`: the original status with a cut body. */
export const cdnCodes = ['520', '521', '522', '523', '524', 'slow-connect', 'cut', 'origin-status'] as const;
export type CdnCode = (typeof cdnCodes)[number];

/** The clocks of one disturbance, from its instant; nodeReadmitted from the recovery. */
export const clockNames = [
  'edgeEjected',
  'nodeNotReady',
  'endpointsRemoved',
  'firstFailedProbe',
  'lastFailedProbe',
  'failover',
  'disruption',
  'failoverReused',
  'longestSilence',
  'nodeReadmitted',
] as const;
export type ClockName = (typeof clockNames)[number];

/** How a probe connects: anew each time, or over the connection that it keeps. */
export const lanes = ['new', 'reused'] as const;
export type Lane = (typeof lanes)[number];

/** What became of the edge's attempt to connect to a node; none: there was no green one. */
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
/** How a side of an edge connection ended: open means it had not when the other ended the whole. */
export const sideEnds = ['fin', 'rst', 'edge-reset', 'edge-closed', 'open', 'error'] as const;
