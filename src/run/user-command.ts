import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { timersOf } from '../base/timers.ts';
import type { HistoryEvent } from '../history/schema.ts';

/** How the user's command ended. */
export interface CommandEnd {
  readonly exitCode: number | null;
  /** Why it failed, in words; null if it succeeded. */
  readonly failure: string | null;
}

/** What is done while clients are watched. Its signal is aborted if the watch ends early. */
export type During = (signal: AbortSignal, session: DuringSession) => Promise<void>;

export interface DuringSession {
  /** One more event of the watch's history. */
  record(event: HistoryEvent): void;
}

/** The name by which reports have what a program does while it watches: the library's own word for it. */
export const duringName = 'during()';

/** Does it to its end, or until the watch is aborted. Never throws. `name`: what it is called in reports. */
export async function runDuring(
  during: During,
  name: string,
  signal: AbortSignal,
  session: DuringSession,
): Promise<CommandEnd> {
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  if (signal.aborted) stop();
  try {
    await Promise.race([during(signal, session), aborted]);
    return { exitCode: 0, failure: null };
  } catch (error) {
    const how = name === duringName ? 'threw' : 'was stopped';
    return { exitCode: null, failure: `${name} ${how}: ${messageOf(error)}` };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** How long a command may take to end after SIGTERM, ms. */
const graceMs = 10_000;

/**
 * Runs the user's command to its end, without a shell. It has our terminal; what it writes goes to our stderr, as stdout
 * is for results. Aborting sends it SIGTERM, and SIGKILL ten seconds later. Never throws.
 */
export function runCommand(argv: readonly string[], signal: AbortSignal, clock: Clock): Promise<CommandEnd> {
  const [command = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['inherit', 2, 2] });
    const onAbort = () => endIt(child, clock);
    signal.addEventListener('abort', onAbort, { once: true });
    const end = (exitCode: number | null, failure: string | null) => {
      signal.removeEventListener('abort', onAbort);
      resolve({ exitCode, failure });
    };
    child.once('error', (error) => end(null, `${command}: ${messageOf(error)}`));
    child.once('exit', (code, by) => {
      if (code === 0) end(0, null);
      else end(code, `${command} ended with ${by === null ? `exit code ${code}` : by}`);
    });
    if (signal.aborted) onAbort();
  });
}

function endIt(child: ChildProcess, clock: Clock): void {
  child.kill('SIGTERM');
  const stopTimer = timersOf(clock).after(graceMs, () => child.kill('SIGKILL'));
  child.once('exit', stopTimer);
}
