import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareReports } from '../../../src/analysis/regression.ts';
import type { Report } from '../../../src/analysis/schema.ts';
import { anExpectation, aReport, aRow, compared, spread } from '../../support/report.ts';

const withRow = (more: Parameters<typeof aRow>[0]) => aReport({ comparison: [aRow(more)] });
const changeOf = (before: Report, after: Report, figure: string) =>
  compareReports(before, after).find((one) => one.figure === figure)?.change;
const failover = (low: number, high: number) =>
  withRow({
    disturbances: [compared({ failover: { ...spread((low + high) / 2), interval: { low, high } } })],
  });

test('a share of lost streams: only a difference beyond chance counts', () => {
  const lost = (count: number) => withRow({ lost: count, started: 60 });
  assert.is(changeOf(lost(0), lost(12), 'lost streams'), 'regression');
  assert.is(changeOf(lost(12), lost(0), 'lost streams'), 'improvement');
  assert.is(changeOf(lost(10), lost(13), 'lost streams'), 'no difference');
  assert.is(changeOf(lost(3), lost(3), 'lost streams'), 'no difference');
});

test('failover: intervals that meet are no difference', () => {
  const figure = 'failover after the fault';
  assert.is(changeOf(failover(19, 22), failover(23, 25), figure), 'regression');
  assert.is(changeOf(failover(19, 22), failover(21, 25), figure), 'no difference');
  assert.is(changeOf(failover(19, 22), failover(10, 12), figure), 'improvement');
});

test('failover over enough repeats: the bootstrap interval of the median decides, of fewer their whole range', () => {
  const figure = 'failover after the fault';
  const over = (low: number, high: number, confidence: number) =>
    withRow({
      disturbances: [
        compared({
          failover: {
            ...spread((low + high) / 2),
            interval: { low: low - 5, high: high + 5 },
            bootstrap: { low, high, confidence },
          },
        }),
      ],
    });
  assert.is(changeOf(over(19, 21, 0.95), over(22, 24, 0.95), figure), 'regression');
  assert.is(changeOf(over(19, 21, 0.9375), over(22, 24, 0.9375), figure), 'no difference');
});

test('failover that has no value is unknown, unless it never recovered: that is worse than any', () => {
  const figure = 'failover after the fault';
  const gap = (code: 'never-recovered' | 'late') =>
    withRow({
      disturbances: [
        compared({ failover: null, failoverGaps: [{ code, repeats: 1, atLeastSeconds: null }] }),
      ],
    });
  assert.is(changeOf(failover(19, 22), gap('never-recovered'), figure), 'regression');
  assert.is(changeOf(gap('never-recovered'), failover(19, 22), figure), 'improvement');
  assert.is(changeOf(gap('never-recovered'), gap('never-recovered'), figure), 'no difference');
  assert.is(changeOf(failover(19, 22), gap('late'), figure), 'unknown');
  assert.is(changeOf(gap('late'), gap('never-recovered'), figure), 'unknown');
});

test('a policy that only one of the two has, or of which no repeat counts, is unknown', () => {
  const none = aReport();
  assert.is(changeOf(withRow({}), none, 'any'), 'unknown');
  assert.is(changeOf(none, withRow({}), 'any'), 'unknown');
  assert.is(changeOf(withRow({}), withRow({ unknownRepeats: 1 }), 'any'), 'unknown');
  const states = (before: Report, after: Report) =>
    compareReports(before, after).map((one) => [one.before, one.after]);
  assert.equal(states(withRow({}), none), [['measured', 'not run']]);
  assert.equal(states(withRow({}), withRow({ unknownRepeats: 1 })), [['measured', 'unknown']]);
});

test('the client address and expectations', () => {
  const address = (sourceAddress: 'kept' | 'lost') => withRow({ sourceAddress });
  assert.is(changeOf(address('kept'), address('lost'), 'client address'), 'regression');
  assert.is(changeOf(address('lost'), address('kept'), 'client address'), 'improvement');
  const expected = (verdict: 'pass' | 'fail' | 'unknown') =>
    aReport({ expectations: [anExpectation({ verdict })] });
  assert.is(changeOf(expected('pass'), expected('fail'), 'lost == 0'), 'regression');
  assert.is(changeOf(expected('fail'), expected('pass'), 'lost == 0'), 'improvement');
  assert.is(changeOf(expected('pass'), expected('unknown'), 'lost == 0'), 'unknown');
  assert.is(changeOf(expected('pass'), expected('pass'), 'lost == 0'), undefined);
});

test('a report compared with itself: no difference anywhere', () => {
  const same = aReport({ comparison: [aRow({ lost: 9, disturbances: [compared()] })] });
  assert.ok(compareReports(same, same).every(({ change }) => change === 'no difference'));
});

test.run();
