import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { errnoOf, MidflightError, messageOf } from '../base/errors.ts';
import { makeFolder } from '../base/folders.ts';
import { isSameProcess, isToken, startTimeOf } from './processes.ts';

/*
 * What a run leaves for the next run to find, should it die: one file with its owner and its token. The token is an
 * argument of every process of the run, so that leftovers can be distinguished from everybody else's.
 */

const owned = z.object({
  token: z.string().refine(isToken),
  pid: z.int(),
  startTime: z.string(),
  subnet: z.string().nullable(),
});
type Owned = z.infer<typeof owned>;

const uid = () => process.getuid?.() ?? -1;

/**
 * `<tmp>/midflight-<uid>`: not shared between users. Whatever is in it is believed, so a folder that somebody else
 * made, or can write to, is refused. Throws `missing-requirement`.
 */
export function stateDir(): string {
  const folder = join(process.env.MIDFLIGHT_STATE_DIR || tmpdir(), `midflight-${uid()}`);
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    throw refused(folder, `the state folder cannot be made: ${messageOf(error)}`, elsewhere);
  }
  const { uid: owner, mode } = lstatSync(folder);
  if (uid() === -1) return folder; // no POSIX users here
  if (!lstatSync(folder).isDirectory()) {
    throw refused(folder, 'the state folder is a symbolic link', `remove it, or ${elsewhere}`);
  }
  if (owner !== uid()) {
    throw refused(folder, `the state folder belongs to another user (uid ${owner})`, elsewhere);
  }
  if ((mode & 0o777) !== 0o700) {
    const is = (mode & 0o777).toString(8).padStart(4, '0');
    throw refused(folder, `the state folder has mode ${is}, not 0700: others may have changed it`, [
      `look at what it holds, then: chmod 700 ${folder}`,
      `or ${elsewhere}`,
    ]);
  }
  return folder;
}

const elsewhere = 'set MIDFLIGHT_STATE_DIR to a folder of your own that can be written';

function refused(where: string, what: string, hints: string | readonly string[]): MidflightError {
  return new MidflightError('missing-requirement', what, { where, hint: [hints].flat().join('\n') });
}

/** Writes one of our files; throws `missing-requirement`, for example if the disk is full. */
function write(file: string, text: string, flag: 'w' | 'wx'): void {
  try {
    writeFileSync(file, text, { flag, mode: 0o600 });
  } catch (error) {
    if (flag === 'wx' && errnoOf(error) === 'EEXIST') throw error;
    rmSync(file, { force: true });
    throw refused(file, `the state of the run cannot be written: ${messageOf(error)}`, elsewhere);
  }
}

const fileOf = (token: string) => join(stateDir(), `${token}.json`);
const lockOf = (subnet: string) => join(stateDir(), `${subnet}.lock`);

/** Notes that this process owns the run `token` and the loopback network `subnet`. */
export function noteRun(token: string, subnet: string | null): void {
  const self: Owned = { token, pid: process.pid, startTime: startTimeOf(process.pid) ?? '', subnet };
  write(fileOf(token), `${JSON.stringify(self)}\n`, 'w');
}

/** Undoes noteRun() and the lock. */
export function forgetRun(token: string, subnet: string | null): void {
  rmSync(fileOf(token), { force: true });
  if (subnet !== null) rmSync(lockOf(subnet), { force: true });
}

/** True if this process now holds the lock of that network; of two that ask at once one gets it. */
export function lockSubnet(subnet: string): boolean {
  try {
    write(lockOf(subnet), `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`, 'wx');
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Gives a lock back that was not used. */
export function unlockSubnet(subnet: string): void {
  rmSync(lockOf(subnet), { force: true });
}

/** A run that died: the processes with its token that began no earlier than it are its own. */
interface DeadRun extends Pick<Owned, 'token' | 'startTime'> {
  /** Its note in the state folder. */
  readonly file: string;
}

/** Runs that have noted themselves and whose process is gone. Notes that are none of ours are removed. */
export function deadRuns(): DeadRun[] {
  return readdirSync(stateDir())
    .filter((name) => name.startsWith('midflight-') && name.endsWith('.json'))
    .flatMap((name) => {
      const file = join(stateDir(), name);
      const run = owned.safeParse(parseJson(readText(file)));
      if (!run.success) {
        rmSync(file, { force: true });
        return [];
      }
      const { token, pid, startTime } = run.data;
      return isSameProcess(pid, startTime) ? [] : [{ token, startTime, file }];
    });
}

/** Gives back what dead processes have locked. */
export function removeStaleLocks(): void {
  for (const name of readdirSync(stateDir()).filter((one) => one.endsWith('.lock'))) {
    const file = join(stateDir(), name);
    const [pid, startTime] = readText(file).trim().split(' ');
    if (pid !== undefined && !isSameProcess(Number(pid), startTime ?? '')) rmSync(file, { force: true });
  }
}

/** '' for a file that is not ours: another user's, or a link to somewhere else. */
function readText(file: string): string {
  try {
    const stat = lstatSync(file);
    if (!stat.isFile() || (uid() !== -1 && stat.uid !== uid())) return '';
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // another run has just removed it
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
