import { spawn } from 'node:child_process';
import { messageOf } from '../../base/errors.ts';
import { eachLine } from '../../base/lines.ts';
import type { K6Command } from './command.ts';
import { interruptedIn } from './progress.ts';

/** A k6 that runs. */
export interface K6Process {
  /** Iterations cut off so far, as k6 last reported (each second, and at its end). */
  readonly interrupted: number;
  /** Asks it to end, which cuts what it has in flight; by force after `graceMs`. */
  end(graceMs: number): void;
  /** Settles when it is gone; `error`: its last message about what went wrong, or empty. */
  readonly gone: Promise<{ code: number | null; signal: string | null; error: string }>;
}

export function startK6(binary: string, { args, env, stdin }: K6Command): K6Process {
  // A group of its own: an interrupt from the keyboard is the run's to answer, which ends this one in its turn.
  const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...env }, detached: true });
  let interrupted = 0;
  let log = '';
  let failure = '';
  eachLine(child.stdout, (line) => {
    interrupted = interruptedIn(line) ?? interrupted;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4096);
  });
  child.stdin.on('error', () => {}); // it ended before it had read the script: its exit code shows why
  child.stdin.end(stdin);
  child.once('error', (error) => {
    failure = messageOf(error);
  });
  const gone = new Promise<{ code: number | null; signal: string | null; error: string }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, error: failure || lastLine(log) }));
  });
  return {
    get interrupted() {
      return interrupted;
    },
    end(graceMs) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGINT');
      const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
      void gone.then(() => clearTimeout(force));
    },
    gone,
  };
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';
