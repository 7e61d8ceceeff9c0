import type { Report } from '../analysis/schema.ts';
import { type ExitCode, exitCodes } from '../base/errors.ts';

/** A report as an exit code: first how the run ended, then its verdict. */
export function exitCodeOf({ outcome, verdict }: Pick<Report, 'outcome' | 'verdict'>): ExitCode {
  switch (outcome) {
    case 'interrupted':
      return exitCodes.interrupted;
    case 'aborted':
    case 'failed':
      return exitCodes.incomplete;
    case 'completed':
      return exitCodes[verdict];
  }
}

/** The exit code of several reports: the one that a person must hear of first. A proven failure comes before a doubt. */
const bySeverity: readonly ExitCode[] = [
  exitCodes.interrupted,
  exitCodes.internal,
  exitCodes.usage,
  exitCodes.incomplete,
  exitCodes.fail,
  exitCodes.unknown,
  exitCodes.pass,
];

export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return bySeverity.find((code) => codes.includes(code)) ?? exitCodes.pass;
}

/** The worse of two; a code that is none of ours (128 plus a signal's number) stays. */
export function worseOf(code: number, other: ExitCode): number {
  const own = bySeverity.find((known) => known === code);
  return own === undefined ? code : worstOf([own, other]);
}
