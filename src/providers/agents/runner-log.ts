import { spawn } from 'node:child_process';
import { eachLine } from '../../base/lines.ts';
import { interruptedIn } from '../../load/k6/progress.ts';
import { mayBeSample } from '../../load/k6/samples.ts';

/** How long lines are gathered before they are passed on together, milliseconds. */
const gatherMs = 20;

interface LogEnd {
  /** The last line that was no sample: k6 logs there why it fails. */
  readonly said: string;
}

/** `kubectl logs --follow` of one runner. `onLines` gets what the engine reads; the rest is dropped here. */
export function followLog(
  command: readonly string[],
  onLines: (lines: string[]) => void,
): { readonly ended: Promise<LogEnd>; stop(): void } {
  const [program = '', ...args] = command;
  // A group of its own: Ctrl-C at the terminal is the run's to answer.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let gathered: string[] = [];
  let timer: NodeJS.Timeout | null = null;
  let said = '';
  const flush = () => {
    timer = null;
    if (gathered.length > 0) onLines(gathered);
    gathered = [];
  };
  const onLine = (line: string) => {
    if (mayBeSample(line) || interruptedIn(line) !== null) {
      gathered.push(line);
      timer ??= setTimeout(flush, gatherMs);
    } else if (!line.startsWith('{')) said = line.trim() || said;
  };
  eachLine(child.stdout, onLine);
  eachLine(child.stderr, onLine);
  const ended = new Promise<LogEnd>((resolve) => {
    const over = (what: string) => {
      if (timer !== null) clearTimeout(timer);
      flush();
      resolve({ said: what });
    };
    child.once('error', (error) => over(error.message));
    child.once('close', () => over(said));
  });
  return { ended, stop: () => void child.kill() };
}
