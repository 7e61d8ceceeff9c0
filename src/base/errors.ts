/**
 * The exit codes of every command. `docs/exit-codes.md` describes them for users.
 * The numbers 64 and 70 are those of BSD's sysexits.h; 130 is 128 + SIGINT.
 */
export const exitCodes = {
  pass: 0,
  fail: 1,
  unknown: 2,
  incomplete: 3,
  usage: 64,
  internal: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Stable, documented names of what can go wrong; nothing decides by matching message text. */
export const errorCodes = [
  'bad-usage',
  'bad-scenario',
  'bad-history',
  'missing-file',
  'missing-requirement',
  'provider-failed',
  'cluster-failed',
  'api-failed',
  'fault-failed',
  'no-target',
  'instrument-failed',
  'interrupted',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

const exitOf: Record<ErrorCode, ExitCode> = {
  'bad-usage': exitCodes.usage,
  'bad-scenario': exitCodes.usage,
  'bad-history': exitCodes.usage,
  'missing-file': exitCodes.usage,
  'missing-requirement': exitCodes.incomplete,
  'provider-failed': exitCodes.incomplete,
  'cluster-failed': exitCodes.incomplete,
  'api-failed': exitCodes.incomplete,
  'fault-failed': exitCodes.incomplete,
  'no-target': exitCodes.usage,
  'instrument-failed': exitCodes.unknown,
  interrupted: exitCodes.interrupted,
  internal: exitCodes.internal,
};

/** One error for a person: what happened, where (file:line:col for scenarios) and what to do. */
export class MidflightError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, what: string, more: { where?: string; hint?: string; cause?: unknown } = {}) {
    super(what, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'MidflightError';
    this.code = code;
    this.where = more.where;
    this.hint = more.hint;
  }

  get exitCode(): ExitCode {
    return exitOf[this.code];
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The message of anything thrown, with what to do about it if that is known. */
export function adviceOf(error: unknown): string {
  const hint = error instanceof MidflightError ? error.hint : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)} (${hint})`;
}

/** The same with the file or folder that it is about in front: `/tmp/x: permission denied (EACCES) (choose …)`. */
export function placedAdviceOf(error: unknown): string {
  const where = error instanceof MidflightError ? error.where : undefined;
  return where === undefined ? adviceOf(error) : `${where}: ${adviceOf(error)}`;
}

/** The errno-like code of anything thrown ('ECONNRESET'), else undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
