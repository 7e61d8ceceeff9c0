import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createJournal, partOwner } from '../../../src/changes/journal.ts';
import { leftovers, setAside } from '../../../src/providers/clean.ts';
import { journalPlace } from '../../../src/providers/journals.ts';
import { startTimeOf } from '../../../src/providers/processes.ts';
import { stateDir } from '../../../src/providers/state-dir.ts';
import { ownStateFolder } from '../../support/state-folder.ts';

const test = suite('what killed runs left in the state folder');
ownStateFolder(test);

const own = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
const begin = (runId: string, pid: number, startTime: string) =>
  createJournal(journalPlace(runId).file, {
    owner: { runId, pid, startTime },
    what: 'a test',
    place: { provider: 'embedded' },
    wallTime: new Date(0).toISOString(),
  });

test('a journal is there once its first line is, and not before', () => {
  const journal = begin('a', own.pid, own.startTime);
  assert.equal(readdirSync(stateDir()), ['journal-a.ndjson']);
  const { left, damaged } = leftovers();
  assert.equal([left.map(({ alive }) => alive), damaged], [[true], []]);
  assert.throws(() => begin('a', own.pid, own.startTime), /there already/);
  journal.remove();
});

test('one whose run died before its first line goes; that of a living run stays', () => {
  const part = (pid: number, startTime: string) => `journal-b.ndjson.${pid}-${startTime}.part`;
  const [dead, living] = [part(own.pid, `${own.startTime}1`), part(own.pid, own.startTime)];
  assert.equal(partOwner(living), own);
  assert.is(partOwner('journal-b.ndjson'), null);
  for (const name of [dead, living]) writeFileSync(join(stateDir(), name), '');
  leftovers();
  assert.not.ok(existsSync(join(stateDir(), dead)));
  assert.ok(existsSync(join(stateDir(), living)));
});

test('a damaged one is reported, and no longer once it was set aside', () => {
  const file = join(stateDir(), 'journal-c.ndjson');
  writeFileSync(file, '{"type":"done","id":1,"t":"x"}\n');
  const [damaged] = leftovers().damaged;
  assert.is(damaged?.file, file);
  assert.is(damaged === undefined ? '' : setAside(damaged), `${file}.damaged`);
  assert.equal(leftovers().damaged, []);
  assert.ok(existsSync(`${file}.damaged`));
});

test.run();
