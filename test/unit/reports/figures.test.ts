import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DisturbanceReport } from '../../../src/analysis/schema.ts';
import * as words from '../../../src/reports/figures.ts';
import { aLabel, aReport, aRow } from '../../support/report.ts';

test('seconds', () => {
  const cases = [
    [0, '0.0 s'],
    [24.94, '24.9 s'],
    [99.96, '100.0 s'],
    [100, '100 s'],
    [119.4, '119 s'],
    [120, '2 min 0 s'],
    [132.4, '2 min 12 s'],
    [179.6, '3 min 0 s'],
  ] as const;
  for (const [value, text] of cases) assert.is(words.seconds(value), text);
});

test('a share that is not zero never reads as zero', () => {
  const cases = [
    [0, '0 %'],
    [0.0001, '<0.1 %'],
    [0.0005, '0.1 %'],
    [0.025, '2.5 %'],
    [0.02, '2 %'],
    [0.2, '20 %'],
    [0.466, '47 %'],
    [1, '100 %'],
    [0.999, '>99 %'],
  ] as const;
  for (const [share, text] of cases) assert.is(words.percent(share), text);
});

test('interval', () => {
  assert.is(words.interval({ interval: { low: 0.149, high: 0.263 } }), '15..26 %');
  assert.is(words.interval({ interval: { low: 0, high: 0.0048 } }), '0..0.48 %', 'never 0..0 %');
  assert.is(words.interval({ interval: { low: 0, high: 0.00004 } }), '0..0.004 %');
  assert.is(words.interval({ interval: null }), '');
});

test('causes in a fixed order, without those that did not occur', () => {
  assert.is(words.causeList({}), '-');
  assert.is(
    words.causeList({ unattributed: 1, transit: 36, ingress: 0, endpoint: 2 }),
    '36 transit, 2 endpoint, 1 unattributed',
  );
});

test('the policy of a watch is none', () => {
  assert.is(words.policyLabel(null), 'watch');
  assert.is(words.policyLabel('Cluster->Local'), 'Cluster->Local');
});

test('the client address', () => {
  assert.equal(
    [null, 'kept', 'lost', 'changes'].map((kind) => words.address(kind as 'kept' | null)),
    ['-', "kept (client's)", "lost (another's)", 'changes at the flip'],
  );
});

test('the setting shows if time was compressed, and how many repeats there were', () => {
  const comparison = [aRow({ repeats: 2 })];
  assert.is(
    words.setting(aReport({ timeScale: 20, comparison })),
    'embedded, timers 20x faster, shown in cluster time · seed 7 · 2 repeats',
  );
  assert.is(words.setting(aReport({ provider: 'kind', comparison: [aRow()] })), 'kind · seed 7 · 1 repeat');
  assert.is(words.setting(aReport({ provider: 'watch' })), 'no cluster was asked');
});

test('a text is shortened to so many letters, and shows that it was', () => {
  assert.is(words.shortened('kubectl patch', 13), 'kubectl patch');
  assert.is(words.shortened('kubectl patch', 12), 'kubectl pat…');
  assert.is(words.shortened('kubectl patch', 9), 'kubectl…');
});

test('what was measured, in the unit of its limit', () => {
  assert.is(words.measured({ unit: 'seconds', measured: 3.20049 }), '3.2 s');
  assert.is(words.measured({ unit: 'share', measured: 0.003 }), '0.3 %');
  assert.is(words.measured({ unit: 'share', measured: 0.0104 }), '1.04 %');
  assert.is(words.measured({ unit: 'count', measured: 3 }), '3');
  assert.is(words.measured({ unit: 'word', measured: 'lost' }), 'lost');
  assert.is(words.measured({ unit: 'word', measured: false }), 'false');
  assert.is(words.measured({ unit: 'share', measured: null }), 'not measured');
});

test('every disturbance has a name of its own', () => {
  const named = (kind: DisturbanceReport['kind'], name: string, node: string | null) =>
    words.disturbanceName({ label: aLabel(kind, name), node });
  assert.is(named('flip', 'Cluster->Local', null), 'flip Cluster->Local');
  assert.is(named('fault', 'power-off', 'stable-1'), 'power-off of stable-1');
  assert.is(named('notice', 'preempt', 'stable-1'), 'preemption notice of stable-1');
  assert.is(named('fault', 'preempt', 'stable-1'), 'power cut of stable-1');
  assert.is(named('command', 'kubectl patch', null), 'command kubectl patch');
});

test('names in a list', () => {
  assert.equal([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(words.listed), [
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
});

test.run();
