import { MidflightError } from '../base/errors.ts';

const shells = ['bash', 'zsh'] as const;

export const completion = {
  name: 'completion',
  usage: 'completion [bash|zsh]',
  describe:
    'Prints a script that completes commands, options and their words; for the shell in use, or the one named',
};

/**
 * The command line without the shell that `completion` names, and that shell; null: none is named. yargs looks for it in
 * the environment alone. Throws `bad-usage` for another shell.
 */
export function completionShell(words: readonly string[]): {
  words: readonly string[];
  shell: string | null;
} {
  const [command, named, ...more] = words;
  if (command !== completion.name || named === undefined || named.startsWith('-'))
    return { words, shell: null };
  const shell = shells.find((one) => one === named);
  if (shell === undefined) {
    throw new MidflightError('bad-usage', `there is no completion for the shell '${named}'`, {
      hint: `usage: midflight ${completion.usage}`,
    });
  }
  return { words: [command, ...more], shell };
}

/** Runs `work` with the shell that yargs shall see. */
export async function withShell<T>(shell: string | null, work: () => Promise<T>): Promise<T> {
  if (shell === null) return work();
  const { SHELL, ZSH_NAME } = process.env;
  process.env.SHELL = `/bin/${shell}`;
  delete process.env.ZSH_NAME;
  try {
    return await work();
  } finally {
    restore('SHELL', SHELL);
    restore('ZSH_NAME', ZSH_NAME);
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
