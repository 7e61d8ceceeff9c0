import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { changeLog, resumeLog } from '../../../src/changes/change-log.ts';
import { createJournal, readJournal, resumeJournal } from '../../../src/changes/journal.ts';
import { apiKinds } from '../../../src/changes/kinds/index.ts';
import { noWorld } from '../../../src/changes/no-world.ts';
import { faults } from '../../../src/faults/index.ts';
import type { Plan } from '../../../src/plan/schema.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { refuseUnable } from '../../../src/run/refuse.ts';
import { journalSomewhere, opening } from '../../support/changes.ts';
import { bench } from '../../support/fault-bench.ts';

const folder = mkdtempSync(join(tmpdir(), 'midflight-test-command-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** As a shell has it, with the words after it as $0 and on. */
const sh = (script: string, ...words: string[]) => ['sh', '-c', script, ...words];
const { signal } = new AbortController();

/** A bench whose changes go to a journal on the disk. */
function journaled(command: string[], recover: string[]) {
  const { file } = journalSomewhere();
  const parts = { world: noWorld, signal, now: () => new Date() };
  const changes = changeLog({ ...parts, journal: createJournal(file, opening) });
  const { context, log } = bench({}, '', 10_000);
  return {
    ...{ file, log, changes },
    inject: () =>
      faults.command.inject({ ...context, changes, commands: async () => ({ command, recover }) }, 'a'),
    /** What `midflight clean` does with the journal of a dead run. */
    clean: () =>
      resumeLog({ ...parts, journal: resumeJournal(file) }, readJournal(file), apiKinds).end(signal),
    remove: () => rmSync(dirname(file), { recursive: true }),
  };
}

test('the journal has the change before the command is run, and its recover command undoes it, wherever clean is started', async () => {
  const [copy, given] = [join(folder, 'copy'), join(folder, 'given')];
  const words: string[] = [];
  const recover = sh('echo "$0" >> given', 'a');
  const crashed = journaled(words, recover);
  words.push(...sh('cp "$0" "$1"', crashed.file, copy));
  const elsewhere = process.cwd();
  process.chdir(folder);
  const { affected } = await crashed.inject();
  process.chdir(elsewhere);
  assert.is(affected, 1);
  assert.equal(crashed.log, [`began @0: ${words.join(' ')}`]);
  const before = readFileSync(copy, 'utf8');
  assert.match(before, '"kind":"node-command"');
  assert.not.match(before, '"type":"done"');
  assert.match(readFileSync(crashed.file, 'utf8'), '"type":"done"');
  const [undone] = await crashed.clean();
  assert.equal([undone?.kind, undone?.result], ['node-command', 'restored']);
  assert.is(readFileSync(given, 'utf8'), 'a\n');
  crashed.remove();
});

test('a command that fails has taken no hold, and is undone all the same', async () => {
  const given = join(folder, 'given-back');
  const failing = journaled(sh('exit 7'), sh('echo "$0" > "$1"', 'a', given));
  const error = await failing.inject().catch((thrown: unknown) => thrown);
  assert.match(String(error), 'it ended with exit code 7');
  const unwound = await failing.changes.unwind(0, signal);
  assert.equal(
    unwound.map(({ result }) => result),
    ['restored'],
  );
  assert.is(readFileSync(given, 'utf8'), 'a\n');
  failing.remove();
});

test('a recover command that fails stays in the journal for the next clean', async () => {
  const again = join(folder, 'again');
  // It fails as long as the file is not there, and makes it.
  const stubborn = journaled(sh('true'), sh('[ -e "$0" ] || { touch "$0"; exit 1; }', again));
  await stubborn.inject();
  assert.is((await stubborn.clean())[0]?.result, 'failed');
  assert.is((await stubborn.clean())[0]?.result, 'restored');
  stubborn.remove();
});

test('among what a cluster of ours can do instead of another fault, it is not named', () => {
  const fault = { kind: 'rules-stale' } as NonNullable<Plan['fault']>;
  const hintOn = (name: Provider['name']) => {
    try {
      refuseUnable({ fault }, { name, effects: {} } as unknown as Provider);
    } catch (error) {
      return (error as { hint?: string }).hint ?? '';
    }
    return '';
  };
  assert.match(hintOn('kind'), 'scale, node-add.');
  assert.match(hintOn('context'), 'scale, node-add, command.');
});

test.run();
