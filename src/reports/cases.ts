import type { ExpectationReport, Report, Verdict } from '../analysis/schema.ts';
import { measured, policyLabel } from './figures.ts';

/*
 * A report as test cases, for CI servers: the same cases in every format that has such a thing (JUnit, CTRF).
 */

export interface Case {
  readonly suite: 'trials' | 'expectations' | 'run';
  readonly policy: string | null;
  readonly name: string;
  /** Real seconds; 0: it took none of its own. */
  readonly seconds: number;
  readonly verdict: Verdict;
  /** The run's outcome if that is what went wrong, else the verdict. */
  readonly status: string;
  /** Why it did not pass; null: it passed. */
  readonly message: string | null;
  /** What was expected and measured; null: nothing was expected of it. */
  readonly output: string | null;
  /** The line in the scenario file. */
  readonly line: number | null;
}

/**
 * One case for each trial (can it be trusted?) and one for each expectation. Never empty: a run without any is a case that
 * has the reason. `trialSeconds`: real seconds of each trial, by its index.
 */
export function casesOf(report: Report, trialSeconds: ReadonlyMap<number, number>): Case[] {
  const trials = report.trials.map(({ index, policy, repeat, verdict, reason }): Case => {
    // If an expectation failed, the trial itself can be trusted.
    const trusted = verdict !== 'unknown';
    return {
      suite: 'trials',
      policy,
      name: `${policyLabel(policy)}, repeat ${repeat + 1}`,
      seconds: trialSeconds.get(index) ?? 0,
      verdict: trusted ? 'pass' : 'unknown',
      status: trusted ? 'pass' : 'unknown',
      message: trusted ? null : (reason ?? 'unknown'),
      output: null,
      line: null,
    };
  });
  const all = [...trials, ...report.expectations.map(expectationCase)];
  return all.length === 0 || report.outcome !== 'completed' ? [...all, runCase(report)] : all;
}

function expectationCase(row: ExpectationReport): Case {
  const compared = `expected ${row.text}, ${found(row)}`;
  return {
    suite: 'expectations',
    policy: row.policy,
    name: `${policyLabel(row.policy)}: ${row.text}`,
    seconds: 0,
    verdict: row.verdict,
    status: row.verdict,
    message: row.verdict === 'pass' ? null : row.verdict === 'fail' ? compared : unknown(row, compared),
    output: compared,
    line: row.line,
  };
}

const runCase = ({ outcome, reason }: Report): Case => ({
  suite: 'run',
  policy: null,
  name: 'run',
  seconds: 0,
  verdict: 'unknown',
  status: outcome,
  message: `${outcome}: ${reason ?? 'no trial was started'}`,
  output: null,
  line: null,
});

const found = (row: ExpectationReport) =>
  row.measured === null ? 'not measured' : `measured ${measured(row)}`;

function unknown(row: ExpectationReport, compared: string): string {
  const why = row.reason === null ? '' : ` (${row.reason.text})`;
  const doubt = row.measured === null ? '' : ', not to be trusted';
  return `unknown: ${compared}${doubt}${why}`;
}
