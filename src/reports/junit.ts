import { join, resolve } from 'node:path';
import builder from 'junit-report-builder';
import type { Report } from '../analysis/schema.ts';
import { type Case, casesOf } from './cases.ts';
import { policyLabel } from './figures.ts';

export interface JunitOptions {
  /** The folder of the report's files; named in each suite. */
  readonly folder: string;
  /** Real seconds of each trial, by its index. */
  readonly trialSeconds: ReadonlyMap<number, number>;
}

/** junit.xml, for CI servers: classname, time, what was expected and measured; no empty suite. */
export function junitReport(report: Report, { folder, trialSeconds }: JunitOptions): string {
  const out = builder.newBuilder();
  const cases = casesOf(report, trialSeconds);
  const suites = new Map<Case['suite'], ReturnType<typeof out.testSuite>>();
  const suiteOf = (name: Case['suite']) => {
    const known = suites.get(name);
    if (known !== undefined) return known;
    const made = out.testSuite().name(plain(`${report.experiment}: ${name}`));
    made.timestamp(new Date(report.startedAt));
    const own = cases.filter(({ suite }) => suite === name);
    made.time(milliseconds(own.reduce((sum, { seconds }) => sum + seconds, 0)));
    made.property('report', plain(join(resolve(folder), 'report.html')));
    suites.set(name, made);
    return made;
  };
  for (const one of cases) {
    const of = one.suite === 'run' ? '' : `.${policyLabel(one.policy)}`;
    const test = suiteOf(one.suite)
      .testCase()
      .className(plain(`midflight.${report.experiment}${of}`))
      .name(plain(one.name))
      .time(milliseconds(one.seconds));
    if (one.output !== null) test.standardOutput(plain(one.output));
    if (one.message === null) continue;
    if (one.verdict === 'fail') test.failure(plain(one.message), one.status);
    else test.error(plain(one.message), one.status);
  }
  // Nothing is skipped, and Jenkins' xUnit plugin refuses the attribute there (jenkinsci/xunit-plugin, junit-10.xsd).
  return out.build().replace(/^(<testsuites [^>]*) skipped="0"/m, '$1');
}

/** Seconds with no more digits than a reader needs: a number never ends in `e-7`, which is no decimal. */
const milliseconds = (seconds: number): number => Number(seconds.toFixed(3));

/** The text without the characters that XML 1.0 cannot hold (2.2 of its specification), escaped or not. */
const plain = (text: string) =>
  text.replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '');
