import { DOMParser } from 'linkedom';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { junitReport } from '../../../src/reports/junit.ts';
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
