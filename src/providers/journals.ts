import { join } from 'node:path';
import { stateDir } from './state-dir.ts';

/** The file that a run writes its changes down in, and the name that the run is known by. */
export interface JournalPlace {
  readonly file: string;
  readonly runId: string;
}

/** The place of a journal whose changes are in no cluster that is measured: those of a watch. */
export const withoutCluster = { provider: 'none' } as const;

const prefix = 'journal-';
const suffix = '.ndjson';

/** The journal of a run, in the state folder, where `midflight clean` finds it from anywhere. */
export function journalPlace(runId: string): JournalPlace {
  return { file: join(stateDir(), `${prefix}${runId}${suffix}`), runId };
}

export const isJournal = (name: string): boolean => name.startsWith(prefix) && name.endsWith(suffix);
