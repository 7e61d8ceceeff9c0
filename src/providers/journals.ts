import { join } from 'node:path';
import { stateDir } from './state-dir.ts';

/** Where a run writes down what it changes, and by which name it is known. */
export interface JournalPlace {
  readonly file: string;
  readonly runId: string;
}

const prefix = 'journal-';
const suffix = '.ndjson';

/** The journal of a run, in the state folder, where `midflight clean` finds it from anywhere. */
export function journalPlace(runId: string): JournalPlace {
  return { file: join(stateDir(), `${prefix}${runId}${suffix}`), runId };
}

export const isJournal = (name: string): boolean => name.startsWith(prefix) && name.endsWith(suffix);
