import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { errnoOf } from '../base/errors.ts';

/** Sends a signal to a process (or, with a negative id, a group); false where it is gone. */
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

/** When the process began, in the system's own words; a reused id has another. Undefined where it is gone. */
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

/** Ids of all processes whose command line holds the token. */
export function findByToken(token: string): number[] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' }).split('\n');
    return lines.filter((line) => line.includes(token)).map((line) => Number.parseInt(line, 10));
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && commandLine(pid).includes(token));
}

/** SIGKILLs all processes whose command line holds the token; stopped ones too. Returns how many. */
export function killByToken(token: string): number {
  if (!token.startsWith('midflight-')) return 0; // a damaged file must never match everything
  return findByToken(token).filter((pid) => signal(pid, 'SIGKILL')).length;
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
