import { errnoOf } from '../base/errors.ts';

/** A terminal or a file, as far as we need it. */
export interface Output {
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

/** A reader who went away (`| head`, a closed terminal) must not end a run: its history is still to be written. */
export function survivesClosedOutputs({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): void {
  for (const output of [stdout, stderr]) {
    output.on('error', (error) => {
      const errno = errnoOf(error);
      if (errno !== 'EPIPE' && errno !== 'EIO' && errno !== 'ERR_STREAM_DESTROYED') throw error;
    });
  }
}
