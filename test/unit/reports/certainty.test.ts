import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { differencesRows, nodeLossRows, spreadsRows } from '../../../src/reports/certainty.ts';
import { htmlReport } from '../../../src/reports/html/index.ts';
import { markdownReport } from '../../../src/reports/markdown.ts';
import { aReport, aRow, compared, spread, threePolicies } from '../../support/report.ts';

test('policies against each other: the difference, its interval, the pairs, and whether it is chance', () => {
  assert.equal(differencesRows(threePolicies()), [
    [
      'Local',
      'Cluster',
      '-15 points (-26..-6)',
      '60 pairs: 0 lost under both, 0 under this one alone, 9 under the other alone',
      'beyond chance',
    ],
  ]);
  const difference = {
    policy: 'Cluster',
    withinChance: true,
    difference: 0.004,
    interval: { low: -0.021, high: 0.03 },
    pairs: null,
  };
  assert.equal(differencesRows({ comparison: [aRow({ policy: 'Local', differences: [difference] })] }), [
    ['Local', 'Cluster', '+0.4 points (-2.1..+3)', 'independent streams', 'within chance'],
  ]);
});

test('failover over repeats: median, range, bootstrap interval, and what so few repeats can say', () => {
  const over = (confidence: number) => ({
    ...spread(21, 19, 24),
    bootstrap: { low: 18.5, high: 24.5, confidence },
    repeats: 3,
  });
  const rows = (confidence: number) =>
    spreadsRows({ comparison: [aRow({ disturbances: [compared({ failover: over(confidence) })] })] });
  assert.equal(rows(0.75), [
    ['Cluster', 'fault', '21.0 s', '19.0..24.0 s', '18.5..24.5 s (bootstrap, at most 75 %)', '3'],
  ]);
  assert.match(rows(0.95)[0]?.[4] ?? '', '(bootstrap, 95 %)');
  assert.equal(spreadsRows({ comparison: [aRow({ disturbances: [compared()] })] }), [], 'nothing failed');
});

test('if another node died: the greatest share first, nodes of the same share together', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e', 'f'].map((node, index) => ({
    node,
    share: index === 5 ? 0.5 : 0.1,
  }));
  assert.equal(nodeLossRows({ comparison: [aRow({ ifNodeDies: nodes })] }), [
    ['Cluster', '50 %: f; 10 % each: a, b, c and 2 others'],
  ]);
  assert.equal(nodeLossRows({ comparison: [aRow()] }), [], 'a report of an older version does not know');
});

test('all three are in the page and in the Markdown', () => {
  const report = threePolicies();
  for (const text of [htmlReport(report, []), markdownReport(report)])
    for (const part of ['60 pairs: 0 lost under both', 'stable-0 and stable-1', 'Is it chance?'])
      assert.ok(text.includes(part), part);
});

test('a report of an older version without these fields is shown without them', () => {
  const report = aReport({ comparison: [aRow({ disturbances: [compared()] })] });
  assert.not.match(markdownReport(report), 'If another node died');
});

test.run();
