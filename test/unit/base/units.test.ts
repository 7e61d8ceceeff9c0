import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDuration, parseDuration } from '../../../src/base/units.ts';

test('durations are read as people write them', () => {
  const table: [string, number | undefined][] = [
    ['250ms', 250],
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['1.5s', 1500],
    ['2h', 7_200_000],
    ['0s', 0],
    ['', undefined],
    ['10', undefined],
    ['10 s', undefined],
    ['-1s', undefined],
    ['1d', undefined],
    ['s', undefined],
  ];
  for (const [text, ms] of table) assert.is(parseDuration(text), ms, text);
});

test('and written so that they read well', () => {
  assert.equal([0, 350, 1000, 24_940, 119_999, 120_000, 125_000].map(formatDuration), [
    '0 ms',
    '350 ms',
    '1 s',
    '24.9 s',
    '120 s',
    '2 min',
    '2 min 5 s',
  ]);
});

test.run();
