import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { MidflightError } from '../../../src/base/errors.ts';
import { anyKind, type Setting, settingChange, type World } from '../../../src/changes/change.ts';
import { changeLog, resumeLog } from '../../../src/changes/change-log.ts';
import { createJournal, readJournal, resumeJournal } from '../../../src/changes/journal.ts';
import { opening } from '../../support/changes.ts';

const folder = mkdtempSync(join(tmpdir(), 'midflight-journal-'));
const test = suite('change log');
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** A cluster of lamps: each has a colour, and a lamp may be broken. */
function lamps() {
  const colours = new Map([
    ['one', 'green'],
    ['two', 'green'],
    ['three', 'green'],
  ]);
  const broken = new Set<string>();
  const setting: Setting<{ lamp: string }, string> = {
    kind: 'lamp',
    target: z.object({ lamp: z.string() }),
    value: z.string(),
    describe: ({ lamp }, colour) => `lamp ${lamp}: ${colour}`,
    read: async (_world, { lamp }) => colours.get(lamp) ?? null,
    async write(_world, { lamp }, colour) {
      if (broken.has(lamp))
        throw new MidflightError('fault-failed', `lamp ${lamp} is broken`, { hint: 'mend it' });
      colours.set(lamp, colour);
    },
    same: (one, other) => one === other,
  };
  return { colours, broken, kind: settingChange(setting) };
}

const noApi = (signal: AbortSignal): World => ({
  signal,
  kubectl: false,
  sleep: async () => {},
  core() {
    throw new Error('no API here');
  },
  apps() {
    throw new Error('no API here');
  },
  coordination() {
    throw new Error('no API here');
  },
});

let files = 0;
function rig() {
  files += 1;
  const file = join(folder, `${files}.ndjson`);
  const options = (journal: ReturnType<typeof createJournal>) => ({
    journal,
    world: noApi,
    signal: new AbortController().signal,
    now: () => new Date(0),
  });
  return {
    file,
    begin: () => changeLog(options(createJournal(file, opening))),
    again: (kinds: Parameters<typeof resumeLog>[2]) =>
      resumeLog(options(resumeJournal(file)), readJournal(file), kinds),
  };
}
const signal = new AbortController().signal;

test('what was changed is set back in reverse, and the journal goes', async () => {
  const { colours, kind } = lamps();
  const { file, begin } = rig();
  const log = begin();
  await log.make(kind, { lamp: 'one' }, 'red');
  await log.make(kind, { lamp: 'one' }, 'blue');
  await log.make(kind, { lamp: 'two' }, 'red');
  const undone = await log.end(signal);
  assert.equal(
    undone.map(({ what, result }) => `${what} ${result}`),
    ['lamp two: red restored', 'lamp one: blue restored', 'lamp one: red restored'],
  );
  assert.equal([...colours.values()], ['green', 'green', 'green']);
  assert.not.ok(existsSync(file));
});

test('unwinding to a mark leaves what was made before it', async () => {
  const { colours, kind } = lamps();
  const log = rig().begin();
  await log.make(kind, { lamp: 'one' }, 'red');
  const mark = log.mark();
  await log.make(kind, { lamp: 'two' }, 'red');
  await log.unwind(mark, signal);
  assert.equal([...colours.values()], ['red', 'green', 'green']);
  assert.is(log.open, 1);
  log.close();
});

test('the line is on the disk before the change is made', async () => {
  const { kind } = lamps();
  const { file, begin } = rig();
  const log = begin();
  let seen = '';
  const spying = {
    ...kind,
    async do() {
      seen = readFileSync(file, 'utf8');
    },
  };
  await log.make(spying, { lamp: 'one' }, 'red');
  assert.match(seen, /"kind":"lamp","target":\{"lamp":"one"\},"before":"green","wanted":"red"/);
  log.close();
});

test('a failed undo is reported, keeps no other from being undone, and stays in the journal', async () => {
  const { colours, broken, kind } = lamps();
  const { file, begin, again } = rig();
  const log = begin();
  for (const lamp of ['one', 'two', 'three']) await log.make(kind, { lamp }, 'red');
  broken.add('two');
  const undone = await log.end(signal);
  assert.equal(
    undone.map(({ result }) => result),
    ['restored', 'failed', 'restored'],
  );
  assert.is(undone[1]?.detail, 'lamp two is broken (mend it)');
  assert.ok(existsSync(file));
  broken.clear();
  const later = again([anyKind(kind)]);
  assert.equal(
    (await later.unwind(0, signal)).map(({ result }) => result),
    ['restored'],
  );
  assert.equal([...colours.values()], ['green', 'green', 'green']);
  later.close();
  assert.not.ok(existsSync(file));
});

test('a change that somebody else has made since is left alone', async () => {
  const { colours, kind } = lamps();
  const log = rig().begin();
  await log.make(kind, { lamp: 'one' }, 'red');
  colours.set('one', 'purple');
  const [undone] = await log.unwind(0, signal);
  assert.is(undone?.result, 'left');
  assert.match(undone?.detail ?? '', /it was lamp one: green/);
  assert.is(colours.get('one'), 'purple');
  log.close();
});

test('after a crash at any byte of the journal the same state comes back', async () => {
  const { kind } = lamps();
  const { file, begin } = rig();
  const log = begin();
  await log.make(kind, { lamp: 'one' }, 'red');
  await log.make(kind, { lamp: 'two' }, 'red');
  log.close();
  const bytes = readFileSync(file);
  const first = bytes.indexOf('\n') + 1;
  for (let length = first; length <= bytes.length; length += 1) {
    writeFileSync(file, bytes);
    truncateSync(file, length);
    const content = readJournal(file);
    // What was made is at most what has a line; the line is there before the change is.
    const crashed = lamps();
    for (const line of content.open) {
      const { lamp } = z.object({ lamp: z.string() }).parse(line.target);
      crashed.colours.set(lamp, String(line.wanted));
    }
    const later = resumeLog(
      {
        journal: resumeJournal(file),
        world: noApi,
        signal,
        now: () => new Date(0),
      },
      content,
      [anyKind(crashed.kind)],
    );
    await later.unwind(0, signal);
    assert.equal([...crashed.colours.values()], ['green', 'green', 'green'], `cut at ${length}`);
    assert.equal(readJournal(file).open, [], `cut at ${length}`);
    later.close();
  }
});

test('a line that is damaged, or of a kind that is not known, is an error with its place', () => {
  const { file, begin, again } = rig();
  begin().close();
  const opening =
    '{"type":"journal","version":1,"owner":{"runId":"r","pid":1,"startTime":"1"},"what":"","place":{},"wallTime":""}\n';
  writeFileSync(file, `${opening}{"type":"chang\n{"type":"done","id":1,"t":""}\n`);
  assert.throws(
    () => readJournal(file),
    (error: MidflightError) => error.code === 'bad-history' && error.where === `${file}:2`,
  );
  writeFileSync(
    file,
    `${opening}{"type":"change","id":1,"kind":"spell","target":{},"before":null,"wanted":{},"t":""}\n`,
  );
  assert.throws(() => again([anyKind(lamps().kind)]), /unknown kind 'spell'/);
});

test('what goes with a cluster is not undone in it, unless the cluster cannot be removed', async () => {
  const { broken, kind } = lamps();
  const holder = { ...kind, kind: 'house', scope: 'holder' as const };
  const machine = { ...kind, kind: 'street', scope: 'machine' as const };
  const log = rig().begin();
  await log.make(machine, { lamp: 'three' }, 'red');
  await log.make(holder, { lamp: 'one' }, 'red');
  await log.make(kind, { lamp: 'two' }, 'red');
  broken.add('one');
  const first = await log.unwind(0, signal);
  assert.equal(
    first.map(({ what, result }) => `${what} ${result}`),
    ['lamp one: red failed', 'lamp three: red restored'],
  );
  assert.is(log.open, 2);
  broken.clear();
  const second = await log.unwind(0, signal);
  assert.equal(
    second.map(({ what, result, detail }) => `${what} ${result} ${detail}`),
    ['lamp one: red restored lamp one: green', 'lamp two: red already it went with the cluster'],
  );
  log.close();
});

test.run();
