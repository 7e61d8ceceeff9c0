import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { noClocks } from '../../../src/analysis/clocks/read.ts';
import { clockCodes } from '../../../src/catalogue/clock-codes.ts';
import { clockCells, clocksFor, failoverText, missing } from '../../../src/reports/clock-words.ts';
import { aNote, spread } from '../../support/report.ts';

const gap = (code: (typeof clockCodes)[number], repeats: number, atLeastSeconds: number | null = null) => ({
  code,
  repeats,
  atLeastSeconds,
});

test('a clock over repeats: median, range, and its resolution', () => {
  const fine = (found: ReturnType<typeof spread>, high: number) => ({
    ...found,
    interval: { low: found.min, high },
  });
  assert.is(failoverText(null, []), '-');
  assert.is(failoverText(spread(0), []), 'none');
  assert.is(failoverText(spread(24.9), []), '24.9 s');
  assert.is(failoverText(fine(spread(24.9), 26.4), []), '24.9 s, resolution 1.5 s');
  assert.is(failoverText(fine(spread(21.9, 19.8, 22.9), 24.4), []), '21.9 s (19.8..22.9), resolution 1.5 s');
  assert.is(failoverText(spread(0, 0, 4), []), '0.0 s (0.0..4.0)', 'one repeat failed over');
});

test('repeats without a value are named beside those that have one', () => {
  assert.is(failoverText(null, [gap('never-recovered', 1, 32)]), 'never recovered after 32.0 s');
  assert.is(
    failoverText(spread(4), [gap('never-recovered', 2, 32)]),
    '4.0 s; 2 of 3 never recovered after 32.0 s',
  );
  assert.is(failoverText(null, [gap('late', 1)]), 'unknown');
  assert.is(failoverText(null, [gap('late', 1, 2.7)]), '>= 2.7 s');
  assert.is(failoverText(null, [gap('no-probe', 1)]), '-');
});

test('a clock without a value is unknown, a bound or nothing to measure, by its code', () => {
  const shown = Object.fromEntries(clockCodes.map((code) => [code, missing({ code, atLeastSeconds: null })]));
  assert.equal(shown, {
    late: 'unknown',
    'never-recovered': 'never recovered',
    'overlaps-earlier': 'unknown',
    'cut-short': 'unknown',
    'no-probe': '-',
    'no-failed-probe': '-',
    'no-stream': '-',
    'not-applicable': '-',
    'not-seen': 'not seen',
    'nothing-disturbed': '-',
  });
  for (const code of ['late', 'overlaps-earlier', 'cut-short', 'not-seen'] as const)
    assert.is(missing({ code, atLeastSeconds: 2.7 }), '>= 2.7 s');
  assert.is(missing({ code: 'late', atLeastSeconds: 0 }), 'unknown', 'a bound of 0 says nothing');
});

test('one clock: its value with its resolution, or why there is none', () => {
  const clocksSeconds = { ...noClocks(), failover: 20.21 };
  const cells = (name: 'failover' | 'edgeEjected', note: Parameters<typeof aNote>[0]) =>
    clockCells(name, { clocksSeconds, clockNotes: { [name]: aNote(note) } });
  assert.equal(cells('failover', { resolutionSeconds: 0.5 }), ['20.21 s', 'resolution 0.5 s']);
  assert.equal(cells('failover', { resolutionSeconds: 0.01 }), ['20.21 s', 'resolution 0.01 s']);
  assert.equal(cells('failover', {}), ['20.21 s', '']);
  assert.equal(cells('edgeEjected', { code: 'late', reason: 'the edge was late' }), [
    'unknown',
    'the edge was late',
  ]);
});

test('a watch has no clock that only a cluster could read', () => {
  assert.equal(clocksFor('fault'), clocksFor('flip'));
  const own = clocksFor('command');
  assert.equal(own, clocksFor('outage'));
  assert.equal(
    clocksFor('flip').filter((name) => !own.includes(name)),
    ['edgeEjected', 'nodeNotReady', 'endpointsRemoved', 'nodeReadmitted'],
  );
});

test.run();
