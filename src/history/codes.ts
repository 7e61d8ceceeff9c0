import * as z from 'zod';
import { type ErrorCode, errorCodes, MidflightError, messageOf } from '../base/errors.ts';

/*
 * Everything that a history says in words it also has as a code: the words are for people, and decisions are made by
 * the code. A new reason is a new code here.
 */

/** Why a trial cannot be trusted, or a run did not end as planned. An error of ours keeps its own code. */
export const reasonCodes = [
  ...errorCodes,
  /** Not enough streams were in flight, or probes failed, before anything was broken. */
  'no-steady-state',
  'edge-not-settled',
  /** What a fault broke could not be mended. */
  'not-restored',
  'edge-log-incomplete',
  /** Our own processes got too little of this machine to load the cluster as planned. */
  'machine-too-slow',
  'edge-ended',
  /** midflight watch: all was not well before the command, which was not run. */
  'not-well-before',
  'command-failed',
  /** A switchover's precondition does not hold: nothing was changed. */
  'refused',
  /** What a step of a switchover waits for was not seen: it stopped there. */
  'step-without-evidence',
  /** An error that has no code. */
  'unexpected-error',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

export const noteCodes = [
  /** How far a switchover has come. */
  'step',
  'flip-not-settled',
  'fault-not-settled',
  'no-effect',
  'not-readmitted',
  'not-well-before',
  /** midflight watch: streams that were open at the command's start ended together in order, shorter than the others. */
  'orderly-cut',
  /** Streams that outlasted the watch were ended by us. */
  'still-open',
  /** How requests failed, if their outcome alone does not show it: what was malformed, the target of a redirect. */
  'failed-so',
  /** An address of the host's name that was connected to. */
  'address-used',
  'watch-lost',
  'edge-lost-api',
  'address-not-published',
  'control-plane-error',
  'leftovers-ended',
  'access-log-lost',
  'clean-up-failed',
  /** What somebody else has changed meanwhile was not set back. */
  'changed-by-others',
  /** A trial that was late beside others counts as not run, and was run again. */
  'run-again-alone',
  'other',
] as const;
export type NoteCode = (typeof noteCodes)[number];

export const instrumentFailureCodes = [
  'ended-unexpectedly',
  'gave-up',
  'reported-failure',
  'did-not-answer',
] as const;
export type InstrumentFailureCode = (typeof instrumentFailureCodes)[number];

/** What a run cannot see. */
const limitCodes = [
  'kernel-timers',
  /** All nodes share one loopback address: source addresses are indistinguishable. */
  'shared-address',
  'edge-address-seen',
  'one-machine',
  'no-cluster',
  'no-edge-log',
] as const;

export const reason = z.object({ code: z.enum(reasonCodes), text: z.string() });
export type Reason = z.infer<typeof reason>;

export const limit = z.object({ code: z.enum(limitCodes), text: z.string() });
export type Limit = z.infer<typeof limit>;

/** The reason for anything thrown. `text`: its description, if not its message. */
export function reasonOf(error: unknown, text: string = messageOf(error)): Reason {
  const code: ErrorCode | 'unexpected-error' =
    error instanceof MidflightError ? error.code : 'unexpected-error';
  return { code, text };
}
