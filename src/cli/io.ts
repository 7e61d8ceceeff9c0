import { errnoOf, MidflightError } from '../base/errors.ts';
import { writeFailure } from '../base/machine-error.ts';

/** A terminal or a file, as far as we need it. */
interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What a command sees of the world. Results go to stdout; progress and errors go to stderr. */
export interface Io {
  readonly stdout: Output & NodeJS.WritableStream;
  readonly stderr: Output & NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For `-` in place of a file; none: nothing comes. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
}

/** The width to lay text out for; a pipe gets 100, and so does a terminal that does not know its size. */
export function columnsOf(output: Output): number {
  return output.columns || 100;
}

/** https://no-color.org and its counterpart FORCE_COLOR, as Node itself reads them. */
export function colourOf(output: Output, env: Io['env']): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return output.isTTY === true && env.TERM !== 'dumb';
}

/** What became of standard output. */
interface Guarded {
  /** Why results could not be written; null as long as they could, and for a reader who went away. */
  failure(): MidflightError | null;
}

/** Errors of a closed pipe (`| head`) or terminal: the reader has left, so nothing is lost. */
const readerGone: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/**
 * Keeps a failed write from ending the process, by an exception (a file on a full disk) or an event: a run must finish and
 * write its history. failure() returns the first error of stdout, which carries the results.
 */
export function guardOutputs({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): Guarded {
  let failed: MidflightError | null = null;
  for (const output of [stdout, stderr]) {
    const note = (error: unknown) => {
      if (output !== stdout || failed !== null || readerGone.has(errnoOf(error))) return;
      failed = new MidflightError(
        'missing-requirement',
        `the result cannot be written: ${writeFailure(error)}`,
        {
          where: 'standard output',
          hint: 'send it somewhere else; reports are in their folder',
          cause: error,
        },
      );
    };
    const write = output.write.bind(output) as (...args: readonly unknown[]) => boolean;
    const guarded = (...args: readonly unknown[]) => {
      try {
        return write(...args);
      } catch (error) {
        note(error);
        const done = args.at(-1);
        if (typeof done === 'function') done();
        return true;
      }
    };
    output.write = guarded as typeof output.write;
    output.on('error', note);
  }
  return { failure: () => failed };
}
