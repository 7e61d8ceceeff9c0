import { $ } from 'zx/core';
import { MidflightError } from '../../base/errors.ts';

interface ShellResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end and keeps its output. Never throws because the command fails; throws the signal's reason. */
export async function runShell(
  command: readonly string[],
  options: {
    readonly input?: string;
    readonly signal?: AbortSignal;
    readonly env?: Record<string, string>;
  } = {},
): Promise<ShellResult> {
  const { input, signal, env } = options;
  const shell = $({
    quiet: true,
    nothrow: true,
    // A process group of its own: Ctrl-C is ours to handle.
    detached: true,
    ...(input === undefined ? {} : { input }),
    ...(signal === undefined ? {} : { signal }),
    ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
  });
  const running = shell`${[...command]}`;
  if (input !== undefined) running.stdin.on('error', () => {}); // it ended without reading all: its exit code shows why
  const output = await running;
  signal?.throwIfAborted();
  return { ok: output.exitCode === 0, stdout: output.stdout, stderr: output.stderr };
}

/** Like runShell(); throws `provider-failed` with the command's output if it fails. */
export async function must(
  command: readonly string[],
  options: Parameters<typeof runShell>[1] & { readonly hint?: string } = {},
): Promise<string> {
  const { ok, stdout, stderr } = await runShell(command, options);
  if (ok) return stdout.trim();
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-4).map(readable).join('\n');
  throw new MidflightError('provider-failed', `${command.slice(0, 3).join(' ')} failed: ${said}`, {
    ...(options.hint === undefined ? {} : { hint: options.hint }),
  });
}

/** Programs put whole documents into one line of an error. */
const readable = (line: string) => (line.length <= 400 ? line : `${line.slice(0, 400)}…`);
