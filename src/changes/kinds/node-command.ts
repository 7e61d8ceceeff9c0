import { spawn } from 'node:child_process';
import * as z from 'zod';
import { MidflightError, messageOf } from '../../base/errors.ts';
import type { ChangeKind, Undone } from '../change.ts';

const target = z.object({ node: z.string() });
/** Where the command is run, and so its recovery too: `midflight clean` may be started anywhere. */
const before = z.object({ folder: z.string() });
const wanted = z.object({
  /** Program and arguments, run without a shell. */
  command: z.array(z.string()).min(1),
  recover: z.array(z.string()).min(1),
  /** The longest that either may run, real ms. */
  limitMs: z.number(),
});

/** A command of the user's that takes a node, with the one that gives it back: that one is run again until it succeeds. */
export const nodeCommand: ChangeKind<
  z.infer<typeof target>,
  z.infer<typeof before>,
  z.infer<typeof wanted>
> = {
  kind: 'node-command',
  scope: 'cluster',
  target,
  before,
  wanted,
  describe: ({ node }, { command }) => `node ${node}: ${command.join(' ')}`,
  look: async () => ({ folder: process.cwd() }),
  do: (_world, { before, wanted: { command, limitMs } }) => runToEnd(command, before.folder, limitMs),
  async undo(_world, { before, wanted: { recover, limitMs } }): Promise<Undone> {
    await runToEnd(recover, before.folder, limitMs);
    return { result: 'restored', detail: recover.join(' ') };
  },
};

/** What it writes goes to our stderr: stdout is for results. Throws `fault-failed` unless it ends with 0. */
function runToEnd(words: readonly string[], cwd: string, limitMs: number): Promise<void> {
  const [program = '', ...args] = words;
  return new Promise((resolve, reject) => {
    const failed = (how: string) => reject(new MidflightError('fault-failed', `${words.join(' ')}: ${how}`));
    // In a group of its own: Ctrl-C is ours to handle, and a recovery must not be cut off by it.
    const child = spawn(program, args, { cwd, stdio: ['ignore', 2, 2], detached: true });
    const timer = setTimeout(() => {
      // The whole group: what a script has started goes with it.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      failed(`timed out after ${Math.round(limitMs / 1000)} s`);
    }, limitMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      failed(messageOf(error));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else failed(`it ended with ${signal ?? `exit code ${code}`}`);
    });
  });
}
