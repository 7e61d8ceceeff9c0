import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { refuseForeign, takeOutDirs } from '../../../src/cli/out-dir.ts';

const test = suite<{ folder: string }>('report folders', { folder: '' });
const now = new Date(2026, 2, 1, 4, 5, 9);
const lock = '.midflight.lock';
const ourHistory = '{"type":"header","version":1}\n';

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'midflight-out-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const take = (experiments: readonly string[], out: string | undefined, force = false) =>
  takeOutDirs(experiments, { out, now, force });

/** Takes them in this folder and gives them back. */
function foldersIn(folder: string, experiments: readonly string[], out?: string): readonly string[] {
  const before = process.cwd();
  process.chdir(folder);
  try {
    const dirs = take(experiments, out);
    dirs.release();
    return dirs.folders;
  } finally {
    process.chdir(before);
  }
}

function refusal(act: () => unknown): MidflightError {
  try {
    act();
  } catch (error) {
    if (error instanceof MidflightError && error.exitCode === 64) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('without --out: time and experiment, a new folder each time', ({ folder }) => {
  const first = join('reports', '2026-03-01T04-05-09-a');
  assert.equal(foldersIn(folder, ['a', 'b']), [first, join('reports', '2026-03-01T04-05-09-b')]);
  assert.ok(existsSync(join(folder, first)));
  // A second run in the same second finds the folder, even an empty one, and makes its own.
  assert.equal(foldersIn(folder, ['a', 'a']), [`${first}-2`, `${first}-3`]);
});

test('--out is the folder of one experiment, and holds the folders of several', ({ folder }) => {
  assert.equal(foldersIn(folder, ['a'], 'x/y'), ['x/y']);
  assert.equal(foldersIn(folder, ['a', 'b'], 'x'), [join('x', 'a'), join('x', 'b')]);
  assert.equal(foldersIn(folder, ['a', 'a'], 'x'), [join('x', 'a'), join('x', 'a-2')]);
});

test('an older run in the folder is replaced when the new one begins, and nothing else of it', ({
  folder,
}) => {
  writeFileSync(join(folder, 'history.ndjson'), ourHistory);
  for (const name of ['report.json', 'report.html', 'notes.txt']) writeFileSync(join(folder, name), 'x');
  mkdirSync(join(folder, 'sub'));
  const dirs = take(['a'], folder);
  assert.is(readFileSync(join(folder, 'report.json'), 'utf8'), 'x');
  dirs.clear(folder);
  assert.equal(readdirSync(folder).sort(), [lock, 'notes.txt', 'sub']);
  dirs.release();
  assert.equal(readdirSync(folder).sort(), ['notes.txt', 'sub']);
});

for (const [what, history] of [
  ['no history', null],
  ['a history that is not ours', '{"type":"page-view"}\n'],
  ['an empty history', ''],
] as const) {
  test(`a folder with a report.md and ${what} is refused, and left as it is; --force replaces`, ({
    folder,
  }) => {
    writeFileSync(join(folder, 'report.md'), 'mine');
    if (history !== null) writeFileSync(join(folder, 'history.ndjson'), history);
    const before = readdirSync(folder);
    const { message, hint } = refusal(() => take(['a'], folder));
    assert.match(message, 'report.md');
    assert.match(hint ?? '', '--force');
    assert.equal(readdirSync(folder), before);
    assert.is(readFileSync(join(folder, 'report.md'), 'utf8'), 'mine');
    const dirs = take(['a'], folder, true);
    assert.ok(existsSync(join(folder, 'report.md')));
    dirs.clear(folder);
    dirs.release();
    assert.equal(readdirSync(folder), []);
  });
}

test('of several folders one that is refused leaves the others free', ({ folder }) => {
  mkdirSync(join(folder, 'b'));
  writeFileSync(join(folder, 'b', 'junit.xml'), 'mine');
  refusal(() => take(['a', 'b'], folder));
  assert.equal(readdirSync(join(folder, 'a')), []);
});

test('a history by itself is reported in a folder of its own', ({ folder }) => {
  refuseForeign(folder, '');
  writeFileSync(join(folder, 'report.html'), 'mine');
  assert.is(refusal(() => refuseForeign(folder, 'what to do')).hint, 'what to do');
});

test('a second run in the same folder is refused while the first lives', ({ folder }) => {
  const first = take(['a'], folder);
  const { message, where } = refusal(() => take(['b'], folder));
  assert.match(message, `process ${process.pid}`);
  assert.is(where, join(folder, lock));
  first.release();
  first.release();
  take(['b'], folder).release();
  assert.equal(readdirSync(folder), []);
});

test('also from another process; one that was killed holds nothing', async ({ folder }) => {
  const source = join(packageRoot(), 'src', 'cli', 'out-dir.ts');
  const script = `import { takeOutDirs } from ${JSON.stringify(source)};
    takeOutDirs(['a'], { out: ${JSON.stringify(folder)}, now: new Date(), force: false });
    console.log('taken');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    cwd: packageRoot(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    assert.match(refusal(() => take(['b'], folder)).message, `process ${child.pid}`);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  assert.equal(readdirSync(folder), [lock]);
  take(['b'], folder).release();
  assert.equal(readdirSync(folder), []);
});

test('a lock that names a process begun at another time is a dead one', ({ folder }) => {
  for (const text of [`${process.pid} 1\n`, '', 'no process\n', '999999999 5\n']) {
    writeFileSync(join(folder, lock), text);
    take(['a'], folder).release();
    assert.equal(readdirSync(folder), [], text);
  }
});

test('a folder that cannot be is bad usage, with what to do', ({ folder }) => {
  writeFileSync(join(folder, 'file'), '');
  // On Linux nothing can be made below /proc; where there is none, it is just a folder that nobody may make.
  for (const out of [join(folder, 'file', 'out'), '/proc/midflight/out', ''])
    assert.match(refusal(() => take(['a'], out)).hint ?? '', '--out', out);
});

test.run();
