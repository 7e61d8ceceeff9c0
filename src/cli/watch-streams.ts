import { MidflightError } from '../base/errors.ts';
import { parseDuration } from '../base/units.ts';
import type { WantedAnswer } from '../load/config.ts';

/** The command line's options for the streams of a watch, as they were given. */
export interface StreamArguments {
  readonly streams: number;
  readonly stall: string;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly follow: string | undefined;
  readonly expectBytes: number | undefined;
  readonly expectEnd: string | undefined;
  readonly minTime: string | undefined;
}

/**
 * How long to follow streams that outlast the watch (ms); longer if a stream that has gone silent could not be recognized by
 * then.
 */
const defaultFollowMs = 60_000;
const afterStallMs = 5000;

/** Throws `bad-usage` for what is no duration. */
export function streamTimeoutMs({ follow, stall }: Pick<StreamArguments, 'follow' | 'stall'>): number {
  if (follow !== undefined) return duration('follow', follow, 0);
  return Math.max(defaultFollowMs, (parseDuration(stall) ?? 0) + afterStallMs);
}

/** Throws `bad-usage` for what is no duration. */
export function expectedAnswer({ expectBytes, expectEnd, minTime }: StreamArguments): WantedAnswer {
  return {
    bytes: expectBytes ?? null,
    end: expectEnd ?? null,
    minMs: minTime === undefined ? null : duration('min-time', minTime, 1),
  };
}

/** Throws `bad-usage` for wishes that no stream can be held against. */
export function refuseUnmeasurable(args: StreamArguments): void {
  const { streams, method, expectBytes, expectEnd } = args;
  if (expectBytes !== undefined && !(Number.isSafeInteger(expectBytes) && expectBytes >= 0))
    bad('--expect-bytes must be a whole number, at least 0');
  if (expectEnd?.trim() === '') bad('--expect-end is empty');
  const { bytes, end, minMs } = expectedAnswer(args);
  streamTimeoutMs(args);
  if (streams === 0 && (bytes !== null || end !== null || minMs !== null))
    bad('--expect-bytes, --expect-end and --min-time are for streams, and --streams 0 opens none');
  if (method === 'HEAD' && (end !== null || (bytes ?? 0) > 0))
    bad('the answer to HEAD has no body: --expect-bytes and --expect-end cannot hold');
}

function duration(name: string, text: string, least: number): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < least)
    throw new MidflightError('bad-usage', `--${name} ${text} is no duration`, {
      hint: 'write 500ms, 10s or 1m30s',
    });
  return ms;
}

function bad(what: string): never {
  throw new MidflightError('bad-usage', what, { hint: 'see midflight watch --help' });
}
