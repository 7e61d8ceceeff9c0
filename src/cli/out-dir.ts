import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MidflightError, messageOf } from '../base/errors.ts';
import { makeFolder } from '../base/folders.ts';

/** What a run writes; an older run's are replaced, other files of the folder stay. */
const ownFiles = ['history.ndjson', 'report.json', 'report.md', 'report.html', 'junit.xml'];

/**
 * The report folder of each experiment, in order. `out` is taken as it is for one experiment and gets a folder each for
 * several; without it they are `reports/<time>-<experiment>`. No two are the same, and without `out` none exists yet.
 */
export function outDirs(experiments: readonly string[], out: string | undefined, now: Date): string[] {
  const [only] = experiments;
  if (out !== undefined && experiments.length === 1 && only !== undefined) return [out];
  const taken = new Set<string>();
  return experiments.map((experiment) => {
    const wanted = out === undefined ? join('reports', `${stamp(now)}-${experiment}`) : join(out, experiment);
    const free = (folder: string) => !taken.has(folder) && (out !== undefined || !existsSync(folder));
    let folder = wanted;
    for (let copy = 2; !free(folder); copy += 1) folder = `${wanted}-${copy}`;
    taken.add(folder);
    return folder;
  });
}

/** Makes the folder and takes an older run's files out of it. Throws `bad-usage` where that cannot be done. */
export function prepareOutDir(folder: string): void {
  try {
    if (folder === '') throw new Error('it has no name');
    makeFolder(folder);
    for (const file of ownFiles) rmSync(join(folder, file), { force: true });
  } catch (error) {
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
