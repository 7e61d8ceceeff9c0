import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  cellLines,
  columnsInUse,
  comparisonCells,
  comparisonTitles,
  failing,
} from '../../../src/reports/comparison-cells.ts';
import { aRow, compared, failed, spread, threePolicies } from '../../support/report.ts';

test('a row: the measured share beside the expected one, a line for each kind of disturbance', () => {
  const [cluster, , both] = threePolicies().comparison.map(comparisonCells);
  assert.equal(cluster, {
    policy: 'Cluster',
    doubt: null,
    lost: '9 of 60, 15 % (8..26 %)',
    anyLost: true,
    expected: '20 %',
    cause: '9 transit',
    disturbances: [{ failover: '20.2 s, resolution 1.5 s', failing: '27 % for 19.7 s' }],
    address: "lost (another's)",
  });
  assert.equal(both?.disturbances, [
    { failover: 'flip: 28.7 s (12.6..44.8)', failing: 'flip: 46 % for 24.1 s' },
    { failover: 'fault: none', failing: 'fault: 0 %' },
  ]);
});

test('a preemption: the notice and the power cut are rows of their own, in the order of time', () => {
  const { disturbances } = comparisonCells(
    aRow({
      disturbances: [
        compared({ failover: spread(23.2), outage: failed(22, 44, 21.7) }),
        compared({ kind: 'notice', failover: spread(1.1), outage: failed(2, 4, 0.6) }),
      ],
    }),
  );
  assert.equal(disturbances, [
    { failover: 'notice: 1.1 s', failing: 'notice: 50 % for 0.6 s' },
    { failover: 'fault: 23.2 s', failing: 'fault: 50 % for 21.7 s' },
  ]);
});

test('unknown repeats are counted; if no repeat counts every figure is unknown', () => {
  assert.is(
    comparisonCells(aRow({ repeats: 3, unknownRepeats: 1 })).doubt,
    '1 of 3 repeats unknown, left out',
  );
  assert.is(comparisonCells(aRow({ repeats: 3, unknownRepeats: 3 })).doubt, 'all 3 repeats unknown');
  const none = comparisonCells(aRow({ unknownRepeats: 1, started: 0, interval: null, expectedShare: 0.2 }));
  assert.is(comparisonCells(aRow({ unknownRepeats: 1, started: 0, interval: null })).expected, 'unknown');
  assert.equal(none, {
    policy: 'Cluster',
    doubt: 'unknown',
    lost: 'unknown',
    anyLost: null,
    expected: '20 %',
    cause: 'unknown',
    disturbances: [{ failover: 'unknown', failing: 'unknown' }],
    address: 'unknown',
  });
});

test('a fault that leaves streams time: what depends on it, and what of that cannot finish', () => {
  const expected = (expectedShare: number, expectedLostShare?: number) =>
    comparisonCells(
      aRow({ expectedShare, ...(expectedLostShare === undefined ? {} : { expectedLostShare }) }),
    ).expected;
  assert.is(expected(1, 0), '100 %, with its grace 0 %');
  assert.is(expected(0.5, 0.25), '50 %, with its grace 25 %');
  assert.is(expected(0.2, 0.2), '20 %');
  assert.is(expected(0.2), '20 %', 'a report from before it was known');
});

test('a fault that is done in steps has a line for the steps alone, unless something was lost before them', () => {
  const step = compared({ kind: 'step', failover: spread(4.5), outage: failed(3, 10, 4), requestsLost: 20 });
  const lines = (...disturbances: ReturnType<typeof compared>[]) =>
    comparisonCells(aRow({ disturbances })).disturbances;
  assert.equal(lines(compared(), step), [
    { failover: 'each step: 4.5 s', failing: 'each step: 30 % for 4.0 s' },
  ]);
  assert.is(lines(compared({ requestsLost: 1 }), step).length, 2);
  assert.is(lines(compared({ outage: failed(2, 10, 1) }), step).length, 2);
});

test('no stream, no share', () => {
  assert.is(comparisonCells(aRow({ started: 0, interval: null })).lost, 'no stream');
});

test('new connections that failed, and for how long', () => {
  assert.is(failing(null), '-');
  assert.is(failing({ sent: 0, failed: 0, share: null, longestSeconds: 0 }), '0 %');
  assert.is(failing(failed(1, 1, 0)), '1 request');
  assert.is(failing(failed(3, 10, 24.9)), '30 % for 24.9 s');
});

test('columns in which no row has a figure are left out: of a watch, what only a cluster could say', () => {
  const rows = [comparisonCells(aRow({ policy: null, disturbances: [compared({ kind: 'command' })] }))];
  const used = columnsInUse(rows.flatMap(cellLines));
  assert.equal(used(comparisonTitles), ['policy', 'lost', 'failover', 'new connections failing']);
  const all = threePolicies().comparison.map(comparisonCells).flatMap(cellLines);
  assert.is(columnsInUse(all)(comparisonTitles).length, comparisonTitles.length);
  assert.equal(columnsInUse([['a', '-', '-', '-', '-', '-', '-']])(comparisonTitles), ['policy', 'lost']);
});

test.run();
