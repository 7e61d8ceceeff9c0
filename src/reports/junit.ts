import builder from 'junit-report-builder';
import type { Report } from '../analysis/schema.ts';
import { measured, policyName } from './words.ts';

/** junit.xml: one case for each trial (can it be trusted?) and for each expectation, for CI servers. */
export function junitReport(report: Report): string {
  const out = builder.newBuilder();
  const trials = out.testSuite().name(`${report.experiment}: trials`);
  for (const { policy, repeat, verdict, reason } of report.trials) {
    const test = trials.testCase().name(`${policyName(policy)}, repeat ${repeat + 1}`);
    if (verdict === 'unknown') test.error(reason ?? 'unknown');
  }
  const expectations = out.testSuite().name(`${report.experiment}: expectations`);
  for (const { text, policy, verdict, measured: value } of report.expectations) {
    const test = expectations.testCase().name(`${policyName(policy)}: ${text}`);
    if (verdict === 'fail') test.failure(`measured ${measured(value)}`);
    else if (verdict === 'unknown') test.error(`unknown: measured ${measured(value)}`);
  }
  return out.build();
}
