import { Writable } from 'node:stream';
import { MidflightError } from '../base/errors.ts';
import { abortController } from '../base/signals.ts';
import type { Io } from '../cli/io.ts';

/** A library prints nothing but warnings: results are returned. */
export const libraryIo = (): Io => ({
  stdout: new Writable({ write: (_chunk, _encoding, done) => done() }),
  stderr: process.stderr,
  env: process.env,
});

/** The caller's signal as the conductor knows it: its reason is an interruption, whatever it was aborted with. */
export function endingBy(signal: AbortSignal | undefined): AbortSignal {
  const controller = abortController();
  const end = () => controller.abort(new MidflightError('interrupted', 'interrupted by the signal option'));
  if (signal?.aborted === true) end();
  else signal?.addEventListener('abort', end, { once: true });
  return controller.signal;
}
