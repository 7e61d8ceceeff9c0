import { closeSync, existsSync, mkdirSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, MidflightError, messageOf } from '../base/errors.ts';
import { makeFolder } from '../base/folders.ts';
import { headerStart } from '../history/checksum.ts';
import { reportFiles } from '../reports/names.ts';
import { lockFolder } from './folder-lock.ts';

export const historyName = 'history.ndjson';
/** What a run writes; an older run's are replaced, other files of the folder stay. */
const ownFiles = [historyName, ...reportFiles];

interface OutDirOptions {
  /** As it is for one experiment; of several: the folder of their folders. Undefined: `reports/<time>-<experiment>`. */
  readonly out: string | undefined;
  readonly now: Date;
  /** Replace files of ours by name in a folder that no run of ours has written. */
  readonly force: boolean;
}

/** Report folders that are this run's alone. */
interface OutDirs {
  /** One for each experiment, in order; no two are the same. */
  readonly folders: readonly string[];
  /** Takes an older run's files out of a folder: only when the run that replaces them begins. */
  clear(folder: string): void;
  /** Lets other runs have them. Safe to call twice. */
  release(): void;
}

/**
 * Makes the report folder of each experiment and takes it: another run is refused until release(), or until this process
 * has ended. Nothing in it is replaced yet. Throws `bad-usage` if it cannot be written to, or holds reports that are not ours.
 */
export function takeOutDirs(experiments: readonly string[], options: OutDirOptions): OutDirs {
  const { out, now, force } = options;
  const taken = new Map<string, () => void>();
  const release = () => {
    for (const give of taken.values()) give();
    taken.clear();
  };
  try {
    for (const experiment of experiments) {
      const wanted =
        out === undefined
          ? join('reports', `${stamp(now)}-${experiment}`)
          : experiments.length === 1
            ? out
            : join(out, experiment);
      const folder = out === undefined ? makeNew(wanted) : makeOther(wanted, taken);
      if (!force) refuseForeign(folder, 'choose another with --out DIR; --force replaces them');
      taken.set(
        folder,
        asUsage(folder, () => lockFolder(folder)),
      );
    }
  } catch (error) {
    release();
    throw error;
  }
  return {
    folders: [...taken.keys()],
    clear(folder) {
      asUsage(folder, () => {
        for (const file of ownFiles) rmSync(join(folder, file), { force: true });
      });
    },
    release,
  };
}

/** A folder that was not there: of two runs that begin in one second each gets its own. */
function makeNew(wanted: string): string {
  return asUsage(wanted, () => {
    makeFolder(dirname(wanted));
    for (let copy = 1; ; copy += 1) {
      const folder = copy === 1 ? wanted : `${wanted}-${copy}`;
      try {
        mkdirSync(folder);
        return folder;
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
      }
    }
  });
}

function makeOther(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  let folder = wanted;
  for (let copy = 2; taken.has(folder); copy += 1) folder = `${wanted}-${copy}`;
  return asUsage(folder, () => {
    if (folder === '') throw new Error('it has no name');
    makeFolder(folder);
    return folder;
  });
}

/** Throws `bad-usage` if the folder has files under the names of ours, and its history is not one of midflight's. */
export function refuseForeign(folder: string, hint: string): void {
  const there = ownFiles.filter((file) => existsSync(join(folder, file)));
  if (there.length === 0 || isHistory(join(folder, historyName))) return;
  const what = `the folder holds ${there.join(', ')}, and no history of midflight's: they may be yours`;
  throw new MidflightError('bad-usage', what, { where: folder, hint });
}

/** Recognised by its beginning: the history of a run that was killed, or of another version, is midflight's as well. */
function isHistory(file: string): boolean {
  const begin = Buffer.alloc(headerStart.length);
  try {
    if (!statSync(file).isFile()) return false;
    const handle = openSync(file, 'r');
    try {
      readSync(handle, begin, 0, begin.length, 0);
    } finally {
      closeSync(handle);
    }
  } catch {
    return false;
  }
  return begin.toString('latin1') === headerStart;
}

function asUsage<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof MidflightError) throw error;
    throw new MidflightError('bad-usage', `the report folder cannot be written: ${messageOf(error)}`, {
      where: folder,
      hint: 'choose another with --out DIR',
    });
  }
}

/** Local time as `2026-03-01T14-05-09`: sorts by time, and no file system refuses it. */
function stamp(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  return `${day}T${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('-')}`;
}
