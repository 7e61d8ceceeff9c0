import builder from 'junit-report-builder';
import type { ExpectationReport, Report } from '../analysis/schema.ts';
import { measured, policyName } from './words.ts';

/** junit.xml: one case for each trial (can it be trusted?) and for each expectation, for CI servers. */
export function junitReport(report: Report): string {
  const out = builder.newBuilder();
  const trials = out.testSuite().name(`${report.experiment}: trials`);
  for (const { policy, repeat, verdict, reason } of report.trials) {
    const test = trials.testCase().name(`${policyName(policy)}, repeat ${repeat + 1}`);
    if (verdict === 'unknown') test.error(plain(reason ?? 'unknown'));
  }
  const expectations = out.testSuite().name(`${report.experiment}: expectations`);
  for (const row of report.expectations) {
    const test = expectations.testCase().name(plain(`${policyName(row.policy)}: ${row.text}`));
    if (row.verdict === 'fail') test.failure(plain(`measured ${measured(row)}`));
    else if (row.verdict === 'unknown') test.error(plain(unknown(row)));
  }
  return out.build();
}

const unknown = (row: ExpectationReport) =>
  row.measured === null ? 'unknown: not measured' : `unknown: measured ${measured(row)}, not to be trusted`;

/** Without the characters that XML 1.0 cannot hold (2.2 of its specification), escaped or not. */
const plain = (text: string) =>
  text.replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '');
