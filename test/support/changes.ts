import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import type { World } from '../../src/changes/change.ts';
import { type ChangeLog, changeLog } from '../../src/changes/change-log.ts';
import { createJournal } from '../../src/changes/journal.ts';
import type { JournalPlace } from '../../src/providers/journals.ts';

/** A journal in a folder of its own under the temporary one, which goes with this process. */
export function journalSomewhere(): JournalPlace {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-test-journal-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { file: join(folder, 'journal.ndjson'), runId: 'test' };
}

const notHere = (): never => {
  throw new Error('no such API here');
};

/** Of the journal of a test's run; nobody has this process. */
export const opening = {
  owner: { runId: 'r', pid: 1, startTime: '1' },
  what: 'a test',
  place: { provider: 'embedded' },
  wallTime: new Date(0).toISOString(),
};

/** A log of changes to this API; `sleep` as given. */
export function testLog(core: CoreV1Api, sleep: World['sleep'], apps: AppsV1Api | null = null): ChangeLog {
  return changeLog({
    journal: createJournal(journalSomewhere().file, {
      owner: { runId: 'test', pid: process.pid, startTime: '' },
      what: 'a test',
      place: {},
      wallTime: new Date().toISOString(),
    }),
    world: (signal) => ({
      core: () => core,
      apps: () => apps ?? notHere(),
      coordination: notHere,
      kubectl: true,
      signal,
      sleep,
    }),
    signal: new AbortController().signal,
    now: () => new Date(),
  });
}
