import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { githubReport } from '../../../src/reports/github.ts';
import { anExpectation, aReport, aTrial } from '../../support/report.ts';

const file = 'experiments/preemption.yaml';
const bad = (count: number, verdict: 'fail' | 'unknown', line: number | null = 60) =>
  Array.from({ length: count }, (_, index) =>
    anExpectation({ text: `lost == ${index}`, measured: 99, verdict, line }),
  );
const linesOf = (text: string) => text.split('\n').slice(0, -1);

test('a run in which everything passed prints nothing', () => {
  assert.is(githubReport([{ report: aReport({ trials: [aTrial()] }), file }]), '');
});

test('a failure is an error at its line of the scenario; what is unknown is a warning', () => {
  const report = aReport({
    expectations: bad(1, 'fail'),
    trials: [aTrial({ verdict: 'unknown', reason: 'the probe was late' })],
  });
  assert.equal(linesOf(githubReport([{ report, file }])), [
    `::error file=${file},line=60,title=midflight preemption%3A Local%3A lost == 0::expected lost == 0, measured 99`,
    `::warning file=${file},title=midflight preemption%3A Cluster%2C repeat 1::the probe was late`,
  ]);
});

test('at most ten annotations: of more than ten the nine worst, and the tenth counts the rest', () => {
  const ten = aReport({ expectations: bad(10, 'fail') });
  assert.is(linesOf(githubReport([{ report: ten, file }])).length, 10);
  assert.not.match(githubReport([{ report: ten, file }]), 'more did not pass');
  const report = aReport({ expectations: [...bad(30, 'unknown'), ...bad(4, 'fail')] });
  const lines = linesOf(githubReport([{ report, file }]));
  assert.is(lines.length, 10);
  assert.is(lines.filter((line) => line.startsWith('::error ')).length, 4, 'failures come first');
  assert.match(lines[9] ?? '', /::25 more did not pass/);
});

test('of several reports of one command together there are ten', () => {
  const one = { report: aReport({ expectations: bad(8, 'fail') }), file };
  const lines = linesOf(githubReport([one, one]));
  assert.is(lines.length, 10);
  assert.match(lines[9] ?? '', /::7 more did not pass/);
});

test('for a run that did not finish, that is the first error', () => {
  const report = aReport({ outcome: 'failed', reason: 'no cluster', expectations: bad(12, 'fail') });
  assert.match(
    linesOf(githubReport([{ report, file: null }]))[0] ?? '',
    /^::error title=.*::failed: no cluster$/,
  );
});

test('nothing in a text can end the command or begin another', () => {
  const report = aReport({ trials: [aTrial({ verdict: 'unknown', reason: 'a\n::set-output x::100 %\r' })] });
  const text = githubReport([{ report, file: null }]);
  assert.is(linesOf(text).length, 1);
  assert.match(text, '::a%0A::set-output x::100 %25%0D\n');
});

test.run();
