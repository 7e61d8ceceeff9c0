import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { baselineOf } from '../../../src/cli/baseline.ts';
import { type CompareOptions, compareFiles } from '../../../src/cli/compare.ts';
import { jsonReport } from '../../../src/reports/json.ts';
import { aReport, aRow, threePolicies } from '../../support/report.ts';
import { textOf } from '../../support/text-of.ts';

const test = suite<{ folder: string }>('midflight compare', { folder: '' });
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'midflight-compare-'));
  writeFileSync(join(context.folder, 'report.json'), jsonReport(threePolicies()));
  writeFileSync(join(context.folder, 'worse.json'), jsonReport(worse()));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

/** Local loses a third. */
function worse() {
  const report = threePolicies();
  return {
    ...report,
    comparison: report.comparison.map((row) => (row.policy === 'Local' ? { ...row, lost: 20 } : row)),
  };
}

function outputs(columns = 120) {
  const [stdout, stderr] = [Object.assign(new PassThrough(), { columns }), new PassThrough()];
  return { io: { stdout, stderr, env: {} }, text: (stream = stdout) => textOf(stream) };
}
function compared(before: string, after: string, options: Partial<CompareOptions> = {}, columns = 120) {
  const { io, text } = outputs(columns);
  const code = compareFiles(before, after, { format: 'text', failOnRegression: true, ...options }, io);
  return { code, text: text() };
}

test('a folder and a file; a regression ends with 1, only if asked for', ({ folder }) => {
  const file = join(folder, 'worse.json');
  const { code, text } = compared(folder, file);
  assert.is(code, 1);
  assert.match(text, /Local +lost streams +0 of 60 +20 of 60 +regression/);
  assert.match(text, '1 regression, 0 improvements');
  assert.is(compared(folder, file, { failOnRegression: false }).code, 0);
  assert.is(compared(file, folder).code, 0, 'an improvement is none');
  assert.is(compared(folder, folder).code, 0);
});

test('what cannot be compared is 2, and so is nothing at all', ({ folder }) => {
  const other = join(folder, 'other.json');
  writeFileSync(other, jsonReport(aReport({ comparison: [aRow({ unknownRepeats: 1 })] })));
  assert.is(compared(other, other).code, 2);
  writeFileSync(other, jsonReport(aReport()));
  assert.is(compared(other, other).code, 2);
});

test('40 columns: no line is wider; Markdown is a table; JSON has a version', ({ folder }) => {
  const file = join(folder, 'worse.json');
  for (const line of compared(folder, file, {}, 40).text.split('\n')) assert.ok([...line].length <= 40, line);
  assert.match(
    compared(folder, file, { format: 'markdown' }).text,
    '| Local | lost streams | 0 of 60 | 20 of 60 | regression |',
  );
  const { schemaVersion, figures } = JSON.parse(compared(folder, file, { format: 'json' }).text);
  assert.is(schemaVersion, 1);
  assert.ok(figures.some(({ change }: { change: string }) => change === 'regression'));
});

test('reports of different experiments are compared with a note', ({ folder }) => {
  const other = join(folder, 'other.json');
  writeFileSync(other, jsonReport({ ...threePolicies(), experiment: 'baseline', timeScale: 1 }));
  const { text } = compared(folder, other);
  assert.match(text, 'note: experiment was preemption and is baseline');
  assert.match(text, 'note: timeScale was 20 and is 1');
});

test('a file that is not a report is bad usage', ({ folder }) => {
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, '{"a": 1}');
  for (const path of [bad, join(folder, 'none.json'), join(folder, 'none')])
    assert.throws(
      () => compared(path, folder),
      (error: unknown) => error instanceof MidflightError && error.exitCode === 64,
    );
});

test('--save-baseline and then --baseline: the saved report is what later runs are held to', ({ folder }) => {
  const base = join(folder, 'base.json');
  const { io, text } = outputs();
  assert.is(baselineOf({ saveBaseline: base, json: false }, 1).settle(threePolicies(), io), 0);
  assert.is(readFileSync(base, 'utf8'), jsonReport(threePolicies()));
  assert.is(baselineOf({ baseline: base, json: false }, 1).settle(threePolicies(), io), 0);
  assert.is(baselineOf({ baseline: base, json: false }, 1).settle(worse(), io), 1);
  assert.match(text(), '1 regression');
});

test('a run that is unknown cannot become a baseline', ({ folder }) => {
  const base = join(folder, 'base.json');
  const { io, text } = outputs();
  baselineOf({ saveBaseline: base, json: false }, 1).settle({ ...threePolicies(), verdict: 'unknown' }, io);
  assert.not.ok(existsSync(base));
  assert.match(textOf(io.stderr), 'no baseline was saved');
  assert.is(text(), '');
});

test('a baseline is read before anything starts, and is for one experiment', ({ folder }) => {
  for (const [args, count] of [
    [{ baseline: join(folder, 'none.json'), json: false }, 1],
    [{ baseline: folder, json: false }, 2],
    [{ saveBaseline: 'x', json: false }, 2],
  ] as const)
    assert.throws(
      () => baselineOf(args, count),
      (error: unknown) => error instanceof MidflightError && error.exitCode === 64,
    );
});

test.run();
