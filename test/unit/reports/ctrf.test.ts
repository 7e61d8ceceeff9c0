import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { packageRoot } from '../../../src/base/package.ts';
import { ctrfReport } from '../../../src/reports/ctrf.ts';
import { anExpectation, aReport, aTrial } from '../../support/report.ts';

/* The schema is the one of https://github.com/ctrf-io/ctrf at 84ddec5 (MIT), unchanged. */
const schema = z.fromJSONSchema(
  JSON.parse(readFileSync(join(packageRoot(), 'test', 'inputs', 'ctrf.schema.json'), 'utf8')),
);
const options = { folder: '/reports/x', trialSeconds: new Map([[0, 12.5]]) };
const documentOf = (report: Parameters<typeof ctrfReport>[0]) => JSON.parse(ctrfReport(report, options));

test("every report is valid by the project's schema", () => {
  for (const report of [
    aReport(),
    aReport({ trials: [aTrial(), aTrial({ verdict: 'unknown', reason: 'late' })] }),
    aReport({ expectations: [anExpectation(), anExpectation({ verdict: 'fail', measured: 3, line: null })] }),
    aReport({ outcome: 'interrupted', reason: 'SIGINT' }),
  ]) {
    const { success, error } = schema.safeParse(documentOf(report));
    assert.ok(success, String(error));
  }
});

test('the schema refuses a document with a key of its own, or without its summary', () => {
  const good = documentOf(aReport({ trials: [aTrial()] }));
  assert.not.ok(schema.safeParse({ ...good, more: 1 }).success);
  assert.not.ok(schema.safeParse({ ...good, results: { ...good.results, summary: undefined } }).success);
});

test('counts, times and statuses are those of the cases', () => {
  const { results } = documentOf(
    aReport({
      trials: [aTrial(), aTrial({ index: 1, verdict: 'unknown', reason: 'late' })],
      expectations: [anExpectation({ verdict: 'fail', measured: 3 })],
    }),
  );
  const { tests, passed, failed, other, start, stop, duration } = results.summary;
  assert.equal([tests, passed, failed, other], [3, 1, 1, 1]);
  assert.is(start, Date.parse('2026-01-01T00:00:00.000Z'));
  assert.equal([stop - start, duration], [54_000, 54_000]);
  const [first, second, third] = results.tests;
  assert.equal([first.name, first.status, first.duration], ['Cluster, repeat 1', 'passed', 12_500]);
  assert.equal([second.status, second.rawStatus, second.message], ['other', 'unknown', 'late']);
  assert.equal([third.status, third.line, third.message], ['failed', 60, 'expected lost == 0, measured 3']);
});

test.run();
