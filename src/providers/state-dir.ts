import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { errnoOf } from '../base/errors.ts';
import { isAlive, killByToken, startTimeOf } from './processes.ts';

/*
 * What a run leaves where the next run finds it, should it die: one file with its owner and its token. The token stands
 * in the command line of every process of the run, so that what is left can be told from everybody else's.
 */

const owned = z.object({
  token: z.string(),
  pid: z.int(),
  startTime: z.string(),
  subnet: z.string().nullable(),
});
type Owned = z.infer<typeof owned>;

/** `<tmp>/midflight-<uid>`: not shared between users. */
export function stateDir(): string {
  const folder = join(process.env.MIDFLIGHT_STATE_DIR ?? tmpdir(), `midflight-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

const fileOf = (token: string) => join(stateDir(), `${token}.json`);
const lockOf = (subnet: string) => join(stateDir(), `${subnet}.lock`);

/** Notes that this process owns the run `token` and the loopback network `subnet`. */
export function enrol(token: string, subnet: string | null): void {
  const self: Owned = { token, pid: process.pid, startTime: startTimeOf(process.pid) ?? '', subnet };
  writeFileSync(fileOf(token), `${JSON.stringify(self)}\n`);
}

/** Undoes enrol() and the lock. */
export function strikeOff(token: string, subnet: string | null): void {
  rmSync(fileOf(token), { force: true });
  if (subnet !== null) rmSync(lockOf(subnet), { force: true });
}

/** True where this process now holds the lock of that network; of two that ask at once one gets it. */
export function lockSubnet(subnet: string): boolean {
  try {
    writeFileSync(lockOf(subnet), `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`, { flag: 'wx' });
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

/** Ends what runs that died have left: processes, locks, files. Returns how many processes it ended. */
export function reap(): number {
  let ended = 0;
  for (const name of readdirSync(stateDir())) {
    const file = join(stateDir(), name);
    if (name.endsWith('.lock')) {
      const [pid, startTime] = readText(file).trim().split(' ');
      if (pid !== undefined && !sameProcess(Number(pid), startTime ?? '')) rmSync(file, { force: true });
    } else if (name.startsWith('midflight-') && name.endsWith('.json')) {
      const run = owned.safeParse(parseJson(readText(file)));
      if (run.success && sameProcess(run.data.pid, run.data.startTime)) continue;
      if (run.success) ended += killByToken(run.data.token);
      rmSync(file, { force: true });
    }
  }
  return ended;
}

function sameProcess(pid: number, startTime: string): boolean {
  return isAlive(pid) && startTimeOf(pid) === startTime;
}

function readText(file: string): string {
  try {
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
