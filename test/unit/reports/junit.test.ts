import { DOMParser } from 'linkedom';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { junitReport } from '../../../src/reports/junit.ts';
import { junitProblems } from '../../support/junit-rules.ts';
import { anExpectation, aReport, aTrial } from '../../support/report.ts';

const options = { folder: '/reports/x', trialSeconds: new Map([[0, 12.5]]) };
const row = anExpectation({ measured: 3, verdict: 'fail' });

function cases(report: Parameters<typeof junitReport>[0]) {
  const document = new DOMParser().parseFromString(junitReport(report, options), 'text/xml');
  return [...document.querySelectorAll('testcase')].map((one) => ({
    name: one.getAttribute('name'),
    failure: one.querySelector('failure')?.getAttribute('message') ?? null,
    error: one.querySelector('error')?.getAttribute('message') ?? null,
  }));
}

test('a case for each trial and for each expectation', () => {
  const report = aReport({ trials: [aTrial(), aTrial({ policy: null, repeat: 1 })], expectations: [row] });
  assert.equal(
    cases(report).map(({ name }) => name),
    ['Cluster, repeat 1', 'watch, repeat 2', 'Local: lost == 0'],
  );
});

test('pass is no failure, fail is a failure, unknown is an error', () => {
  const report = aReport({
    trials: [
      aTrial(),
      aTrial({ verdict: 'fail', reason: 'lost == 0: measured 3' }),
      aTrial({ verdict: 'unknown', reason: 'the probe was late' }),
    ],
    expectations: [
      { ...row, measured: 0, verdict: 'pass' },
      row,
      { ...row, verdict: 'unknown' },
      {
        ...row,
        measured: null,
        verdict: 'unknown',
        reason: { code: 'not-measured', text: 'there was no probe' },
      },
    ],
  });
  assert.equal(
    cases(report).map(({ failure, error }) => [failure, error]),
    [
      [null, null],
      // It is the expectation that failed; the trial can be trusted.
      [null, null],
      [null, 'the probe was late'],
      [null, null],
      ['expected lost == 0, measured 3', null],
      [null, 'unknown: expected lost == 0, measured 3, not to be trusted'],
      [null, 'unknown: expected lost == 0, not measured (there was no probe)'],
    ],
  );
});

test('characters that XML cannot hold are left out, those that it can are kept', () => {
  const reason = 'a\u0000b\u0007c\u001b[31md\uffff <&>"e" \u{1f600}';
  const xml = junitReport(aReport({ trials: [aTrial({ verdict: 'unknown', reason })] }), options);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.not.match(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\uffff]/);
  const [, error] = /<error message="([^"]*)"/.exec(xml) ?? [];
  assert.is(error, 'abc[31md &lt;&amp;>&quot;e&quot; \u{1f600}');
});

const nasty = 'x<&">\u0000\u001b[31m\ud800 ]]> \uffff \u{1f600}\r\nnext';

test('every report is valid JUnit: unknown trials, no requests, no trials, names full of markup and control characters', () => {
  const unknown = aTrial({ verdict: 'unknown', reason: nasty });
  const none = { ...aTrial().requests, started: 0, completed: 0, byOutcome: {}, byOutcomeClient: {} };
  for (const report of [
    aReport({ trials: [aTrial(), unknown, aTrial({ policy: null, requests: none })] }),
    aReport({ trials: [aTrial({ verdict: 'unknown', reason: '' })] }),
    aReport({
      experiment: nasty,
      trials: [aTrial()],
      expectations: [row, { ...row, text: nasty }, { ...row, measured: null, verdict: 'unknown' }],
    }),
    aReport({ outcome: 'failed', reason: nasty }),
    aReport({ outcome: 'interrupted', reason: null }),
  ]) {
    const trialSeconds = new Map([[0, 0.000_000_12]]);
    assert.equal(junitProblems(junitReport(report, { folder: '/r/<&"', trialSeconds })), []);
  }
});

test('the rules find what is wrong: an attribute, an element, a number, text, a reference, an end', () => {
  const suite = (inside: string, more = '') =>
    `<testsuites${more}><testsuite name="a" tests="1" failures="0" errors="0">${inside}</testsuite></testsuites>`;
  const found = (xml: string) => junitProblems(xml)[0];
  assert.equal(junitProblems(suite('<testcase name="a"/>')), []);
  assert.is(found(suite('', ' skipped="0"')), 'testsuites with skipped');
  assert.is(found(suite('<testcase/>')), 'testcase without name');
  assert.is(found(suite('<testcase name="a" time="1e-7"/>')), 'time of testcase: 1e-7');
  assert.is(found(suite('<error/>')), 'error in testsuite');
  assert.is(found(suite('text')), 'text in testsuite');
  assert.is(found(suite('<system-out>a & b</system-out>')), 'an & in system-out');
  assert.is(found(suite('<system-out>&#x1b;</system-out>')), 'a character that XML cannot hold');
  assert.is(found('<testsuites>'), 'testsuites not ended');
});

test('a suite takes as long as its cases together', () => {
  const trials = [aTrial(), aTrial({ index: 1, repeat: 1 })];
  const trialSeconds = new Map([
    [0, 12.5],
    [1, 2.0004],
  ]);
  const xml = junitReport(aReport({ trials }), { folder: '/r', trialSeconds });
  assert.match(xml, /<testsuite [^>]*time="14.5"/);
});

test('each case has its class, its time, and what was expected and measured; each suite the report', () => {
  const xml = junitReport(aReport({ trials: [aTrial()], expectations: [row] }), options);
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const found = [...document.querySelectorAll('testcase')].map((one) => [
    one.getAttribute('classname'),
    Number(one.getAttribute('time')),
  ]);
  assert.equal(found, [
    ['midflight.preemption.Cluster', 12.5],
    ['midflight.preemption.Local', 0],
  ]);
  assert.match(document.querySelector('system-out')?.textContent ?? '', 'expected lost == 0, measured 3');
  const properties = [...document.querySelectorAll('property')].map((one) => one.getAttribute('value'));
  assert.equal(properties, ['/reports/x/report.html', '/reports/x/report.html']);
});

test('there is no empty suite: a run without a trial is a case that reports why', () => {
  const only = cases(aReport({ trials: [aTrial()] }));
  assert.is(only.length, 1);
  const suites = (report: Parameters<typeof junitReport>[0]) =>
    [
      ...new DOMParser()
        .parseFromString(junitReport(report, options), 'text/xml')
        .querySelectorAll('testsuite'),
    ].map((one) => one.querySelectorAll('testcase').length);
  assert.equal(suites(aReport({ trials: [aTrial()] })), [1]);
  assert.equal(suites(aReport({ outcome: 'failed', reason: 'no cluster' })), [1]);
  assert.equal(
    cases(aReport({ outcome: 'failed', reason: 'no cluster' })).map(({ error }) => error),
    ['failed: no cluster'],
  );
});

test.run();
