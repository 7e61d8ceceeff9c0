import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { commandLine, findByToken, isToken, uidOf } from './processes.ts';

/**
 * Tokens of runs of this user whose processes are there, and none of which has a living parent that could be the run: the
 * children of a run that died belong to init. Linux only; elsewhere there are none to be found without a journal.
 */
export function orphanedTokens(): string[] {
  if (process.platform !== 'linux') return [];
  const tokens = new Set<string>();
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const pid = Number(name);
    if (uidOf(pid) !== process.getuid?.()) continue;
    for (const word of commandLine(pid)) if (isToken(word)) tokens.add(word);
  }
  return [...tokens].filter((token) => {
    const own = findByToken(token);
    return own.length > 0 && own.every((pid) => !isRun(parentOf(pid), own));
  });
}

/** A parent that is no process of the group itself, and is Node: a run, or a test that plays one. */
function isRun(pid: number, own: readonly number[]): boolean {
  if (pid <= 1 || own.includes(pid)) return false;
  return basename(commandLine(pid)[0] ?? '').startsWith('node');
}

function parentOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  // Field 4; the second (the name) may hold spaces and parentheses. proc(5).
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}
