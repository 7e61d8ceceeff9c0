import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { errnoOf } from '../base/errors.ts';

/** Sends a signal to a process (or, with a negative id, a group); false if it is gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    throw error;
  }
}

/** True while a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/** When the process began, in the system's own words; a reused id has another. Undefined if it is gone. */
export function startTimeOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // Field 22; the second (the name) may hold spaces and parentheses. proc(5).
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    }
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return started.trim().replaceAll(' ', '_');
  } catch {
    return undefined;
  }
}

/** True while the process that began then lives: an id that is used again has another start. */
export function isSameProcess(pid: number, startTime: string): boolean {
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && startTimeOf(pid) === startTime;
}

/** A token of ours: what a run is known by, and never anything that another command line may hold by chance. */
export function newToken(): string {
  return `midflight-${randomBytes(8).toString('hex')}`;
}
export const isToken = (text: string): boolean => /^midflight-[0-9a-f]{16}$/.test(text);

/** The programs that carry a token: our bundles. */
const ourBundle = /[\\/]dist[\\/]roles[\\/][a-z0-9-]+\.mjs$/;

/** True for the command line of one of our processes of that run: node, our bundle, and right after it the token. */
function isOurs(argv: readonly string[], token: string): boolean {
  return argv.some((word, at) => at > 1 && word === token && ourBundle.test(argv[at - 1] ?? ''));
}

/**
 * Processes of the run `token`, this one excepted: of this user, with the token behind one of our bundles in their command
 * line, and begun no earlier than `since` (the start time of the run's owner), as a run's processes are.
 */
export function findByToken(token: string, since = ''): number[] {
  if (!isToken(token)) return []; // a damaged or planted file must never match anything
  if (process.platform !== 'linux') {
    const own = String(process.getuid?.() ?? '');
    const lines = execFileSync('ps', ['-U', own, '-xo', 'pid=,command='], { encoding: 'utf8' }).split('\n');
    return lines
      .filter((line) => isOurs(line.trim().split(/\s+/).slice(1), token))
      .map((line) => Number.parseInt(line, 10));
  }
  const earliest = Number(since);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) =>
        pid !== process.pid &&
        isOurs(commandLine(pid), token) &&
        uidOf(pid) === process.getuid?.() &&
        Number(startTimeOf(pid) ?? -1) >= earliest,
    );
}

/** SIGKILLs all processes of the run `token`, as findByToken() has them; stopped ones too. Returns how many. */
export function killByToken(token: string, since = ''): number {
  return findByToken(token, since).filter((pid) => signal(pid, 'SIGKILL')).length;
}

/** Program and arguments of a process; empty if it has ended. Linux only. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** The user that a process runs as; undefined if it has ended. Linux only. */
export function uidOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}
