import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as words from '../../../src/reports/words.ts';
import { aReport, aRow, aTrial, spread } from '../../support/report.ts';

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
  ] as const;
  for (const [share, text] of cases) assert.is(words.percent(share), text);
});

test('interval', () => {
  assert.is(words.interval({ interval: { low: 0.149, high: 0.263 } }), '15..26 %');
  assert.is(words.interval({ interval: null }), '');
});

test('a clock over repeats, with its spread where there is one', () => {
  assert.is(words.clock(null), '-');
  assert.is(words.clock(spread(0)), 'none');
  assert.is(words.clock(spread(24.9)), '24.9 s');
  assert.is(words.clock(spread(24.9, 24.7, 25.1)), '24.9 s ±0.2');
  assert.is(words.clock(spread(0, 0, 4)), '0.0 s ±2.0', 'one repeat failed over');
});

test('causes in a fixed order, without those that did not occur', () => {
  assert.is(words.causeList({}), '-');
  assert.is(
    words.causeList({ unattributed: 1, transit: 36, ingress: 0, endpoint: 2 }),
    '36 transit, 2 endpoint, 1 unattributed',
  );
});

test('the policy of a watch is none', () => {
  assert.is(words.policyName(null), 'watch');
  assert.is(words.policyName('Cluster->Local'), 'Cluster->Local');
});

test('the client address', () => {
  assert.equal(
    [null, 'kept', 'lost', 'changes'].map((kind) => words.address(kind as 'kept' | null)),
    ['-', "kept (client's)", "lost (node's)", 'changes at the flip'],
  );
});

test('new connections that fail, and for how long', () => {
  assert.is(words.failing(null, spread(1)), '-');
  assert.is(words.failing(0.2, null), '-');
  assert.is(words.failing(0, spread(0)), '0 %');
  assert.is(words.failing(0.2, spread(24.9)), '20 % for 24.9 s');
});

test('what a CDN would have shown: streams and new connections, not kept ones', () => {
  const lane = { sent: 9, failed: 3, byOutcome: {}, byCause: {} };
  const trial = aTrial({
    requests: { ...aTrial().requests, byCdnCode: { cut: 36 } },
    probes: { new: { ...lane, byCdnCode: { 522: 58 } }, reused: { ...lane, byCdnCode: { 520: 7 } } },
  });
  const line = 'Clients behind Cloudflare would have seen: 58 x 522, 36 x 200 cut short.';
  assert.is(words.cdnLine({ trials: [trial] }), line);
  assert.is(words.cdnLine({ trials: [trial, trial] }), line.replace('58', '116').replace('36', '72'));
  assert.is(words.cdnLine({ trials: [aTrial()] }), null);
});

test('the setting says when time was compressed, and how often it was repeated', () => {
  const comparison = [aRow({ repeats: 2 })];
  assert.is(
    words.setting(aReport({ timeScale: 20, comparison })),
    'embedded, timers 20x faster, shown in cluster time · seed 7 · 2 repeats',
  );
  assert.is(words.setting(aReport({ provider: 'kind', comparison: [aRow()] })), 'kind · seed 7 · 1 repeat');
  assert.is(words.setting(aReport({ provider: 'watch' })), 'no cluster was asked');
});

test('clocks that only a cluster could make tick are not told of a watch', () => {
  assert.equal(words.clocksFor('fault'), words.clocksFor('flip'));
  const own = words.clocksFor('command');
  assert.equal(own, words.clocksFor('outage'));
  assert.equal(
    words.clocksFor('flip').filter((name) => !own.includes(name)),
    ['edgeEjected', 'nodeNotReady', 'endpointsRemoved', 'nodeReadmitted'],
  );
});

test('a text is shortened to so many letters, and says that it was', () => {
  assert.is(words.shortened('kubectl patch', 13), 'kubectl patch');
  assert.is(words.shortened('kubectl patch', 12), 'kubectl pat…');
  assert.is(words.shortened('kubectl patch', 9), 'kubectl…');
});

test('what was measured, in seconds where the expectation is about time', () => {
  const measured = (text: string, value: number | string | boolean | null) =>
    words.measured({ text, measured: value });
  assert.is(measured('failover <= 10s', 3.20049), '3.2 s');
  assert.is(measured('failover <= 500ms', 0.2), '0.2 s');
  assert.is(measured('lost == 0', 3), '3');
  assert.is(measured('sourceAddress == kept', 'lost'), 'lost');
  assert.is(measured('predictedMatches == true', false), 'false');
  assert.is(measured('lost == 0', null), 'not measured');
});

test.run();
