import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { reportAgain } from '../../../src/cli/report-again.ts';
import { reportersFor } from '../../../src/cli/reporters.ts';
import { textOf } from '../../support/text-of.ts';

const test = suite<{ folder: string }>('--reporter', { folder: '' });

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'midflight-reporters-'));
  const golden = join(packageRoot(), 'test', 'histories', 'never-recovered.ndjson');
  cpSync(golden, join(context.folder, 'history.ndjson'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

async function report(path: string, reporter: string | undefined, env: NodeJS.ProcessEnv = {}, json = false) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  await reportAgain(path, { json, reporter }, { stdout, stderr, env });
  const read = textOf;
  return { stdout: read(stdout), stderr: read(stderr) };
}
const filesIn = (folder: string) => readdirSync(folder).filter((name) => name !== 'history.ndjson');

test('without it: the terminal and four files', async ({ folder }) => {
  const { stdout } = await report(folder, undefined);
  assert.equal(filesIn(folder), ['junit.xml', 'report.html', 'report.json', 'report.md']);
  assert.match(stdout, `report: ${join(folder, 'report.html')}`);
});

test('with it: those that are named, and no others', async ({ folder }) => {
  const { stdout } = await report(folder, 'openmetrics, ctrf,terminal');
  assert.equal(filesIn(folder), ['ctrf-report.json', 'midflight.prom']);
  assert.match(stdout, new RegExp(`report: ${folder}\n$`), 'the folder, as there is no page');
  assert.is((await report(folder, 'json')).stdout, '');
});

test('github: annotations go to standard output, or to standard error with --json; Markdown goes to the summary', async ({
  folder,
}) => {
  const summary = join(folder, 'summary');
  writeFileSync(summary, 'before\n');
  const { stdout } = await report(folder, 'github', { GITHUB_STEP_SUMMARY: summary });
  assert.match(stdout, /^::(error|warning) /);
  assert.match(readFileSync(summary, 'utf8'), /^before\n# /);
  const both = await report(folder, 'github', {}, true);
  assert.not.match(both.stdout, '::');
  assert.match(both.stderr, /^::(error|warning) /);
});

test('the step summary never grows beyond what GitHub takes', async ({ folder }) => {
  const summary = join(folder, 'summary');
  writeFileSync(summary, 'x'.repeat(1024 * 1024 - 3000));
  await report(folder, 'github', { GITHUB_STEP_SUMMARY: summary });
  const { length } = readFileSync(summary);
  assert.ok(length > 1024 * 1024 - 3000 && length <= 1024 * 1024, String(length));
  await report(folder, 'github', { GITHUB_STEP_SUMMARY: summary });
  assert.is(readFileSync(summary).length, length, 'what has no room is left out');
});

test('a reporter that does not exist is bad usage, and nothing is written', async ({ folder }) => {
  for (const wrong of ['htlm', 'json,', 'all']) {
    const error = await report(folder, wrong).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof MidflightError && error.exitCode === 64, wrong);
  }
  try {
    reportersFor('htlm');
    assert.unreachable();
  } catch (error) {
    assert.match(error instanceof MidflightError ? (error.hint ?? '') : '', 'did you mean html?');
  }
  assert.not.ok(existsSync(join(folder, 'report.json')));
});

test.run();
