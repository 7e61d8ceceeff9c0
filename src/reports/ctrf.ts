import { join, resolve } from 'node:path';
import type { Report } from '../analysis/schema.ts';
import { visibleJson } from '../base/visible.ts';
import { casesOf } from './cases.ts';
import { policyLabel } from './figures.ts';
import type { JunitOptions } from './junit.ts';

/** The version of the schema that the output follows: https://github.com/ctrf-io/ctrf, schema/ctrf.schema.json. */
const specVersion = '1.0.0';
const statuses = { pass: 'passed', fail: 'failed', unknown: 'other' } as const;

/** ctrf-report.json: the same cases as junit.xml, in the Common Test Report Format. Times are in milliseconds. */
export function ctrfReport(report: Report, { folder, trialSeconds }: JunitOptions): string {
  const tests = casesOf(report, trialSeconds).map((one) => ({
    name: one.name,
    status: statuses[one.verdict],
    rawStatus: one.status,
    duration: Math.round(one.seconds * 1000),
    suite: [report.experiment, one.suite],
    ...(one.message === null ? {} : { message: one.message }),
    ...(one.line === null ? {} : { line: one.line }),
    ...(one.suite === 'run' ? {} : { labels: { policy: policyLabel(one.policy) } }),
    ...(one.output === null ? {} : { stdout: [one.output] }),
  }));
  const of = (status: string) => tests.filter((test) => test.status === status).length;
  const start = Date.parse(report.startedAt);
  const duration = Math.round(report.wallSeconds * 1000);
  const document = {
    reportFormat: 'CTRF',
    specVersion,
    generatedBy: 'midflight',
    results: {
      tool: { name: 'midflight', version: report.midflightVersion },
      summary: {
        tests: tests.length,
        passed: of('passed'),
        failed: of('failed'),
        skipped: 0,
        pending: 0,
        other: of('other'),
        suites: new Set(tests.map(({ suite }) => suite.join())).size,
        start,
        stop: start + duration,
        duration,
      },
      tests,
      extra: {
        verdict: report.verdict,
        outcome: report.outcome,
        report: join(resolve(folder), 'report.html'),
      },
    },
  };
  return `${visibleJson(JSON.stringify(document, null, 2))}\n`;
}
