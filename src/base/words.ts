/*
 * The words that scenarios, histories and reports have in common.
 */

/**
 * What a request became, as its client saw it. `unresolved`: its host's name has no address. `tls-failed`: no TLS handshake
 * came about, however that ended; `tls-rejected`: one did, and the certificate is not to be trusted. `refused-unprocessed`:
 * an HTTP/2 server vouches that it did nothing (RFC 9113, section 8.7). `cancelled`: ended by us, and no loss. `unclear`:
 * lost, and an engine that is not ours does not report how.
 */
export const outcomes = [
  'completed',
  'refused',
  'connect-timeout',
  'slow-connect',
  'unreachable',
  'unresolved',
  'tls-failed',
  'tls-rejected',
  'closed-before-response',
  'reset-before-response',
  'refused-unprocessed',
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

/** Why a request was lost. `no-target`: the balancer had no node to send it to. */
export const causes = ['transit', 'ingress', 'endpoint', 'switchover', 'no-target', 'unattributed'] as const;
export type Cause = (typeof causes)[number];

/** What a CDN (Cloudflare) in front would have answered for a loss; `cut`: the original status with a cut body. */
export const cdnCodes = [
  '520',
  '521',
  '522',
  '523',
  '524',
  '525',
  '526',
  '530',
  'slow-connect',
  'cut',
  'origin-status',
] as const;
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

/**
 * What happened in a trial that may cost requests. notice: a preemption's warning, the power cut is its `fault`. step: one
 * pod of a rollout. command: the user's, under `midflight watch`. outage: no command was given; from the last probe that
 * succeeded before the first that failed.
 */
export const disturbanceKinds = ['flip', 'fault', 'notice', 'step', 'command', 'outage'] as const;
export type DisturbanceKind = (typeof disturbanceKinds)[number];

/** Why a clock has no value, or why its value has a bound only. */
export const clockCodes = [
  /** An instrument that the clock depends on was late while it mattered. */
  'late',
  /** Probes were not good for the whole stability window before probing ended. */
  'never-recovered',
  /** An earlier disturbance was not over when this one began. */
  'overlaps-earlier',
  /** It was not over when the next disturbance began. */
  'cut-short',
  /** The load has no probe on this lane. */
  'no-probe',
  'no-failed-probe',
  'no-stream',
  /** This kind of disturbance has no such clock, or the load balancer did not use the node. */
  'not-applicable',
  /** The event did not come before the disturbance's time was over. */
  'not-seen',
  'nothing-disturbed',
] as const;
export type ClockCode = (typeof clockCodes)[number];

/** Why a trial, or one expectation, is not a pass, as the analysis finds it; the run's own reasons have codes as well. */
export const doubtCodes = [
  /** An expectation was measured and is not met. */
  'not-met',
  /** The figure that an expectation asks for was not measured. */
  'not-measured',
  'late',
  'broken-off',
  'not-completed',
  'local-error',
  'engine-problem',
  'unfinished-requests',
  /** A process of the app or the ingress ended without a fault having asked for it. */
  'process-ended',
  'fault-never-came',
  'fault-without-effect',
  'none-on-target',
  'unexpected-on-target',
  'path-unproven',
  'never-recovered',
  /** More than 1 % of the lost requests have records that contradict each other. */
  'contradictory-evidence',
  /** midflight watch: streams, or probes of a lane, of which not one had a good answer. */
  'never-well',
] as const;
export type DoubtCode = (typeof doubtCodes)[number];

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
