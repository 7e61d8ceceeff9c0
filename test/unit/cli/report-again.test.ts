import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { reportAgain } from '../../../src/cli/report-again.ts';
import { textOf } from '../../support/text-of.ts';

const test = suite<{ folder: string }>('midflight report', { folder: '' });

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'midflight-again-'));
  const golden = join(packageRoot(), 'test', 'histories', 'flip-then-loss.ndjson');
  cpSync(golden, join(context.folder, 'history.ndjson'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

async function report(path: string, json = true) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await reportAgain(path, { json }, { stdout, stderr, env: {} });
  const read = textOf;
  return { code, stdout: read(stdout), stderr: read(stderr) };
}

test('--json is what report.json holds', async ({ folder }) => {
  const { code, stdout } = await report(folder);
  assert.is(code, 0);
  assert.is(stdout, readFileSync(join(folder, 'report.json'), 'utf8'));
});

test('--json is the report that was computed, even if there is an old one in its place', async ({
  folder,
}) => {
  const right = await report(folder);
  for (const name of readdirSync(folder)) if (name.startsWith('report')) rmSync(join(folder, name));
  // A file cannot be put in the place of a folder.
  mkdirSync(join(folder, 'report.json', 'old'), { recursive: true });
  const { stdout, stderr } = await report(folder);
  assert.is(stdout, right.stdout);
  assert.match(stderr, 'report.json could not be written');
});

test('--baseline: the page and the Markdown show both, and a regression ends with exit code 1', async ({
  folder,
}) => {
  const { code } = await report(folder);
  assert.is(code, 0);
  const base = join(folder, 'base.json');
  const stored = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
  for (const row of stored.comparison) Object.assign(row, { lost: 0, started: 1000 });
  writeFileSync(base, JSON.stringify(stored));
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const found = await reportAgain(folder, { json: false, baseline: base }, { stdout, stderr, env: {} });
  assert.is(found, 1);
  assert.match(textOf(stdout), 'regression');
  for (const name of ['report.html', 'report.md'])
    assert.match(readFileSync(join(folder, name), 'utf8'), 'Against the baseline');
});

test('a history that breaks off gives its report, and unknown', async ({ folder }) => {
  const file = join(folder, 'history.ndjson');
  truncateSync(file, readFileSync(file).length - 200);
  const { code, stdout } = await report(folder);
  const { verdict, outcome } = JSON.parse(stdout);
  assert.equal([code, verdict, outcome], [130, 'unknown', 'interrupted']);
});

test('a history that was changed gives none', async ({ folder }) => {
  const file = join(folder, 'history.ndjson');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"outcome":"hung"', '"outcome":"completed"'));
  const error = await report(folder).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof MidflightError && error.exitCode === 64);
  assert.match(error.where ?? '', /history\.ndjson:\d+$/);
  assert.equal(readdirSync(folder), ['history.ndjson']);
});

test("a history of another name is not reported over files that may be the user's", async ({ folder }) => {
  const file = join(folder, 'mine.ndjson');
  cpSync(join(folder, 'history.ndjson'), file);
  rmSync(join(folder, 'history.ndjson'));
  writeFileSync(join(folder, 'report.md'), 'mine');
  const error = await report(file).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof MidflightError && error.exitCode === 64);
  assert.is(readFileSync(join(folder, 'report.md'), 'utf8'), 'mine');
});

test.run();
