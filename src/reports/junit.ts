import { join, resolve } from 'node:path';
import builder from 'junit-report-builder';
import type { ExpectationReport, Report } from '../analysis/schema.ts';
import { measured, policyName } from './words.ts';

export interface JunitOptions {
  /** Of the report's files; named in each suite. */
  readonly folder: string;
  /** Real seconds of each trial, by its index. */
  readonly trialSeconds: ReadonlyMap<number, number>;
}

/**
 * junit.xml, for CI servers: one case for each trial (can it be trusted?) and for each expectation, with what was expected
 * and measured. No empty suite.
 */
export function junitReport(report: Report, { folder, trialSeconds }: JunitOptions): string {
  const out = builder.newBuilder();
  const suite = (name: string) => {
    const made = out.testSuite().name(plain(`${report.experiment}: ${name}`));
    made.timestamp(new Date(report.startedAt));
    made.property('report', plain(join(resolve(folder), 'report.html')));
    return made;
  };
  const className = (policy: string | null) => plain(`midflight.${report.experiment}.${policyName(policy)}`);
  if (report.trials.length > 0) {
    const trials = suite('trials');
    for (const { index, policy, repeat, verdict, reason } of report.trials) {
      const test = trials
        .testCase()
        .className(className(policy))
        .name(plain(`${policyName(policy)}, repeat ${repeat + 1}`))
        .time(trialSeconds.get(index) ?? 0);
      if (verdict === 'unknown') test.error(plain(reason ?? 'unknown'), 'unknown');
    }
  }
  if (report.expectations.length > 0) {
    const expectations = suite('expectations');
    for (const row of report.expectations) {
      const test = expectations
        .testCase()
        .className(className(row.policy))
        .name(plain(`${policyName(row.policy)}: ${row.text}`))
        .time(0)
        .standardOutput(plain(`expected ${row.text}, ${found(row)}`));
      if (row.verdict === 'fail') test.failure(plain(`expected ${row.text}, ${found(row)}`), 'fail');
      else if (row.verdict === 'unknown') test.error(plain(unknown(row)), 'unknown');
    }
  }
  if (report.trials.length === 0 && report.expectations.length === 0) {
    const run = suite('run')
      .testCase()
      .className(plain(`midflight.${report.experiment}`))
      .name('run')
      .time(0);
    run.error(plain(`${report.outcome}: ${report.reason ?? 'no trial was begun'}`), report.outcome);
  }
  return out.build();
}

const found = (row: ExpectationReport) =>
  row.measured === null ? 'not measured' : `measured ${measured(row)}`;

const unknown = (row: ExpectationReport) => {
  const why = row.reason === null ? '' : ` (${row.reason.text})`;
  const doubt = row.measured === null ? '' : ', not to be trusted';
  return `unknown: expected ${row.text}, ${found(row)}${doubt}${why}`;
};

/** Without the characters that XML 1.0 cannot hold (2.2 of its specification), escaped or not. */
const plain = (text: string) =>
  text.replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '');
