import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, MidflightError, messageOf } from '../base/errors.ts';
import { clusterNames } from '../catalogue/clusters.ts';
import { anyKind } from '../changes/change.ts';
import { resumeLog, type Unwound } from '../changes/change-log.ts';
import { type JournalContent, partOwner, readJournal, resumeJournal } from '../changes/journal.ts';
import { noWorld } from '../changes/no-world.ts';
import { agentsJobChange } from './agents/change.ts';
import { testRunChange } from './agents/test-run-change.ts';
import type { Tools } from './entry.ts';
import { isJournal, withoutCluster } from './journals.ts';
import { isSameProcess, startTimeOf } from './processes.ts';
import { registry } from './registry.ts';
import { stateDir } from './state-dir.ts';

/** A journal that is still there: its run lives, or it died and left something. */
export interface Left {
  readonly file: string;
  readonly content: JournalContent;
  readonly alive: boolean;
}

interface DamagedJournal {
  readonly file: string;
  readonly why: string;
}

/** All journals of this user, from whatever folder their runs were started. Throws `missing-requirement`. */
export function leftovers(): { left: Left[]; damaged: DamagedJournal[] } {
  const left: Left[] = [];
  const damaged: DamagedJournal[] = [];
  const folder = stateDir();
  removeEmptyJournals(folder);
  for (const name of readdirSync(folder).filter(isJournal).sort()) {
    const file = join(folder, name);
    try {
      const content = readJournal(file);
      const { pid, startTime } = content.opening.owner;
      left.push({ file, content, alive: isSameProcess(pid, startTime) });
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') continue; // its run has just ended
      damaged.push({ file, why: messageOf(error) });
    }
  }
  return { left, damaged };
}

/** Journals whose runs died before the first line was on the disk: nothing had been changed. */
function removeEmptyJournals(folder: string): void {
  for (const name of readdirSync(folder)) {
    const owner = name.startsWith('journal-') ? partOwner(name) : null;
    if (owner !== null && !isSameProcess(owner.pid, owner.startTime))
      rmSync(join(folder, name), { force: true });
  }
}

/**
 * Takes a damaged journal out of the way, once what it named has been looked for by its marks. It is kept for whoever
 * wants to read it. Returns its new name.
 */
export function setAside({ file }: DamagedJournal): string {
  const aside = `${file}.damaged`;
  renameSync(file, aside);
  return aside;
}

interface Cleaned {
  readonly unwound: readonly Unwound[];
  /** Changes that could not be undone; the journal is still there. */
  readonly open: number;
}

/** Works on what a dead run left. Another that does the same at once is refused with `cluster-failed`. */
export async function alone<T>({ file }: Left, work: () => Promise<T>): Promise<T> {
  const unlock = lock(file);
  try {
    return await work();
  } finally {
    unlock();
  }
}

/** Undoes what a dead run left. */
export function cleanUp(left: Left, signal: AbortSignal): Promise<Cleaned> {
  const { file, content } = left;
  return alone(left, async () => {
    const { kinds, world } = await toolsFor(content);
    const log = resumeLog(
      { journal: resumeJournal(file), world, signal, now: () => new Date() },
      // Another may have cleaned between the reading and the lock.
      readJournal(file),
      kinds,
    );
    const unwound = await log.end(signal);
    return { unwound, open: log.open };
  });
}

async function toolsFor(content: JournalContent): Promise<Tools> {
  const { kinds, world } = await clusterTools(content);
  // Agents run beside whatever is measured.
  return { kinds: [...kinds, anyKind(agentsJobChange), anyKind(testRunChange)], world };
}

async function clusterTools({ opening: { place }, open }: JournalContent): Promise<Tools> {
  if (place.provider === withoutCluster.provider) return { kinds: [], world: noWorld };
  const name = clusterNames.find((one) => one === place.provider);
  if (name === undefined) {
    throw new MidflightError('bad-history', `the journal names no provider: ${String(place.provider)}`, {
      hint: 'use the midflight that wrote it',
    });
  }
  const { tools } = await registry[name]();
  return tools(place, open);
}

function lock(file: string): () => void {
  const path = `${file}.lock`;
  try {
    writeFileSync(path, `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    const { pid, lives } = holderOf(path);
    if (lives) {
      throw new MidflightError('cluster-failed', `process ${pid} is cleaning this up already`, {
        hint: 'wait for its end',
      });
    }
    rmSync(path, { force: true });
    return lock(file);
  }
  return () => rmSync(path, { force: true });
}

function holderOf(path: string): { pid: number; lives: boolean } {
  const [word = '', startTime = ''] = textOf(path).trim().split(' ');
  const pid = Number(word);
  return { pid, lives: isSameProcess(pid, startTime) };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has just been given back
  }
}
