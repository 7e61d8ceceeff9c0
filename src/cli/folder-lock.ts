import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, MidflightError } from '../base/errors.ts';
import { isSameProcess, startTimeOf } from '../providers/processes.ts';

const lockName = '.midflight.lock';

/**
 * Takes a folder for this process, so that no other run writes into it; returns how to give it back. A lock whose process
 * has died is taken over. Throws `bad-usage` while another run lives, or the file system's own error.
 */
export function lockFolder(folder: string): () => void {
  const lock = join(folder, lockName);
  const own = `${lock}.${process.pid}`;
  const text = `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`;
  writeFileSync(own, text, { mode: 0o600 });
  try {
    while (!makes(lock, own, text)) removeStale(lock, `${own}.stale`);
  } finally {
    rmSync(own, { force: true });
  }
  const release = () => {
    process.off('exit', release);
    if (textOf(lock) === text) rmSync(lock, { force: true });
  };
  process.once('exit', release);
  return release;
}

const noLinks: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Makes the lock, if there is none; without hard links (FAT, some network file systems) by the file itself. */
function makes(lock: string, own: string, text: string): boolean {
  try {
    return links(own, lock);
  } catch (error) {
    if (!noLinks.has(errnoOf(error))) throw error;
  }
  try {
    writeFileSync(lock, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A link is made whole or not at all, by one of two that try. */
function links(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a process that has died. Another may do so meanwhile, and take it: then that one's is put back. */
function removeStale(lock: string, aside: string): void {
  const found = textOf(lock);
  if (found === null) return;
  const [pid = '', startTime = ''] = found.trim().split(' ');
  if (/^\d+$/.test(pid) && isSameProcess(Number(pid), startTime)) {
    throw new MidflightError('bad-usage', `another run (process ${pid}) writes into this folder`, {
      where: lock,
      hint: 'choose another with --out DIR, or wait for its end',
    });
  }
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  if (textOf(aside) !== found) links(aside, lock);
  rmSync(aside, { force: true });
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
