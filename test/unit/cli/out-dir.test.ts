import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { outDirs, prepareOutDir } from '../../../src/cli/out-dir.ts';

const test = suite<{ folder: string }>('report folders', { folder: '' });
const now = new Date(2026, 2, 1, 4, 5, 9);

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'midflight-out-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

test('without --out: time and experiment', () => {
  assert.equal(outDirs(['preemption', 'baseline'], undefined, now), [
    join('reports', '2026-03-01T04-05-09-preemption'),
    join('reports', '2026-03-01T04-05-09-baseline'),
  ]);
});

test('--out is the folder of one experiment, and holds the folders of several', () => {
  assert.equal(outDirs(['a'], 'x/y', now), ['x/y']);
  assert.equal(outDirs(['a', 'b'], 'x', now), [join('x', 'a'), join('x', 'b')]);
});

test('no two experiments share a folder', () => {
  const own = outDirs(['a', 'a', 'a'], undefined, now);
  assert.is(new Set(own).size, 3);
  assert.equal(outDirs(['a', 'a'], 'x', now), [join('x', 'a'), join('x', 'a-2')]);
});

test('an older run in the folder is replaced, and nothing else of it', ({ folder }) => {
  const out = join(folder, 'deep', 'er');
  prepareOutDir(out);
  assert.ok(existsSync(out));
  for (const name of ['history.ndjson', 'report.json', 'report.html', 'notes.txt'])
    writeFileSync(join(out, name), '');
  mkdirSync(join(out, 'sub'));
  prepareOutDir(out);
  assert.equal(readdirSync(out).sort(), ['notes.txt', 'sub']);
});

test('a folder that cannot be is bad usage, with what to do', ({ folder }) => {
  writeFileSync(join(folder, 'file'), '');
  try {
    prepareOutDir(join(folder, 'file', 'out'));
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof MidflightError && error.exitCode === 64 && error.hint?.includes('--out'));
  }
});

// On Linux nothing can be made below /proc; where there is none, it is just a folder that nobody may make.
test('a folder that cannot be ends at once, and so does one without a name', () => {
  for (const folder of ['/proc/midflight/out', ''])
    assert.throws(
      () => prepareOutDir(folder),
      (error: unknown) => error instanceof MidflightError && error.exitCode === 64,
    );
});

test.run();
