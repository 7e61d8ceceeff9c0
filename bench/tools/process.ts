import { spawn } from 'node:child_process';
import { eachLine } from '../../src/base/lines.ts';

/** A tool's process. */
export interface ToolProcess {
  readonly pid: number;
  readonly ended: Promise<void>;
  /** Ends its standard input. */
  finish(): void;
  stop(): Promise<void>;
}

/** Starts a tool; `onLine` gets the lines of its standard output. */
export function toolProcess(
  command: string,
  args: readonly string[],
  onLine: (line: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): ToolProcess & { write(text: string): void } {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], env });
  child.stdin.on('error', () => {}); // it ended before it had read all
  eachLine(child.stdout, onLine);
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      process.off('exit', kill);
      resolve();
    });
  });
  return {
    pid: child.pid ?? -1,
    ended,
    write: (text) => void child.stdin.write(text),
    finish: () => void child.stdin.end(),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) kill();
      await ended;
    },
  };
}
