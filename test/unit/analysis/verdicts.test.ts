import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { worst } from '../../../src/analysis/judge/verdicts.ts';
import { reportOf, trialOf } from '../../support/analysis.ts';
import { history } from '../../support/history.ts';
import { lossy } from '../../support/lossy.ts';

test('a failure is worse than a doubt, a doubt worse than none', () => {
  assert.is(worst(['pass', 'unknown', 'fail']), 'fail');
  assert.is(worst(['pass', 'unknown']), 'unknown');
  assert.is(worst(['pass', 'pass']), 'pass');
  assert.is(worst([]), 'pass');
});

test('no expectation: pass if valid, whatever was lost', async () => {
  const report = await reportOf(lossy([]));
  assert.is(report.verdict, 'pass');
  assert.is(report.outcome, 'completed');
  assert.is(report.trials[0]?.reason, null);
});

// Every metric: what was measured, and conditions that just hold and just do not.
const metrics: [string, string | number | boolean, string, string][] = [
  ['lost', 2, '<= 2', '< 2'],
  ['lost.share', 0.2, '<= 20%', '< 20%'],
  ['lost.transit', 2, '== 2', '!= 2'],
  ['lost.endpoint', 0, '0', '> 0'],
  ['lostAtFault', 2, '>= 2', '> 2'],
  ['avoidableByLocal', 2, '2', '1'],
  ['outcome.hung', 2, '2', '3'],
  ['outcome.completed', 8, '8', '9'],
  ['outcome.refused', 0, '0', '1'],
  ['cdn.cut', 2, '2', '0'],
  ['cdn.522', 0, '0', '> 0'],
  ['probes.new.failed', 20, '20', '< 20'],
  ['predictedMatches', true, 'true', 'false'],
  ['sourceAddress', 'kept', 'kept', '!= kept'],
  ['failover', 2, '<= 2s', '<= 1999ms'],
  ['disruption', 2, '2s', '< 2s'],
  ['firstFailedProbe', 0, '0', '> 0'],
  ['lastFailedProbe', 1.9, '1900ms', '> 2s'],
];

for (const [metric, measured, holds, fails] of metrics) {
  test(`${metric} is ${measured}: ${holds} passes, ${fails} fails`, async () => {
    const passed = await reportOf(lossy([[metric, holds]]));
    const failed = await reportOf(lossy([[metric, fails]]));
    assert.is(passed.expectations[0]?.measured, measured);
    assert.equal([passed.expectations[0]?.verdict, passed.verdict], ['pass', 'pass']);
    assert.equal([failed.expectations[0]?.verdict, failed.verdict], ['fail', 'fail']);
    assert.match(failed.trials[0]?.reason ?? '', `measured ${measured}`);
  });
}

const unmeasured = [
  'probes.reused.failed',
  'failoverReused',
  'lostAtFlip',
  'flip.failover',
  'nodeReadmitted',
];

for (const metric of unmeasured) {
  test(`${metric} was not measured: unknown`, async () => {
    const { expectations, verdict, trials } = await reportOf(lossy([[metric, 0]]));
    assert.equal(expectations[0]?.measured, null);
    assert.is(verdict, 'unknown');
    assert.match(trials[0]?.reason ?? '', 'not measured');
  });
}

test('the worst expectation decides, and those missed are reported', async () => {
  const trial = await trialOf(
    lossy([
      ['lost.transit', '> 0'],
      ['lost', 0],
      ['failoverReused', '0s'],
    ]),
  );
  assert.is(trial.verdict, 'fail');
  assert.is(trial.reason, 'lost == 0: measured 2; failoverReused == 0s: not measured');
});

test("a policy's expectation binds its own trials only", async () => {
  const report = await reportOf(
    history({
      expect: [
        ['lost', 1, 'Cluster'],
        ['lost', 0, 'Local'],
        ['lost', '<= 1'],
      ],
    })
      .trial(10, { policy: 'Cluster' })
      .stream({ from: 100, to: 900, outcome: 'truncated' })
      .endTrial(1000)
      .trial(2000, { policy: 'Local' })
      .stream({ from: 2100, to: 2900 })
      .endTrial(3000)
      .finish(4000),
  );
  assert.is(report.verdict, 'pass');
  const rows = report.expectations.map(({ policy, text, measured, line }) => [policy, text, measured, line]);
  assert.equal(rows, [
    ['Cluster', 'lost == 1', 1, 1],
    ['Cluster', 'lost <= 1', 1, 3],
    ['Local', 'lost == 0', 0, 2],
    ['Local', 'lost <= 1', 0, 3],
  ]);
});

test.run();
