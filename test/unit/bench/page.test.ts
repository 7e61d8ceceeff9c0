import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benchmarksPage } from '../../../bench/docs.ts';
import { choose } from '../../../bench/parts.ts';
import { printed, targetCells } from '../../../bench/print.ts';
import { type Result, reached } from '../../../bench/result.ts';

const result: Result = {
  part: 'recorder-10',
  title: 'Recorder: 10 streams',
  how: ['How it was done.'],
  at: '2026-01-02T03:04:05.000Z',
  wallSeconds: 12,
  busyBefore: 0.25,
  realTime: false,
  columns: [
    { key: 'cpuSeconds', title: 'CPU s', digits: 2 },
    { key: 'lost', title: 'lost', digits: 0 },
  ],
  rows: [
    { name: 'ours', figures: { cpuSeconds: 1.234, lost: 0 } },
    { name: 'another', figures: { cpuSeconds: 4, lost: null } },
  ],
  targets: [
    { what: 'CPU', measured: 0.31, limit: 0.3, unit: 'x', kind: 'at-most' },
    { what: 'lost', measured: 0, limit: 0, unit: '', kind: 'at-most' },
    { what: 'held', measured: 9, limit: 10, unit: '', kind: 'at-least' },
    { what: 'memory', measured: null, limit: 1, unit: 'MB', kind: 'at-most', note: 'k6 is not installed' },
  ],
  machine: { cores: 2, processor: 'P', memoryGb: 4, kernel: 'K', node: 'N', tools: { wrk: '4' } },
};

test('a figure is reached, missed, or not measured', () => {
  assert.equal(result.targets.map(reached), [false, true, false, null]);
});

test('each target is reported with its limit and its verdict', () => {
  assert.equal(result.targets.map(targetCells), [
    ['CPU', '<= 0.3x', '0.31x', 'missed'],
    ['lost', '0', '0', 'reached'],
    ['held', '>= 10', '9', 'missed'],
    ['memory', '<= 1 MB', '-', 'not measured (k6 is not installed)'],
  ]);
});

test('what a terminal shows: rows, and what was not measured as such', () => {
  const lines = printed(result, 80).split('\n');
  assert.ok(lines.includes('           CPU s  lost'), lines.join('\n'));
  assert.ok(lines.includes('  ours     1.23   0'));
  assert.ok(lines.includes('  another  4.00   -'));
});

test('the page holds the machine, the targets, and each part', () => {
  const page = benchmarksPage([result], '', ['recorder-10']);
  for (const part of [
    '2 cores; the latest part on P, 4 GB, Linux K,',
    '| CPU | <= 0.3x | 0.31x | missed |',
    '## Recorder: 10 streams',
    '| another | 4.00 | - |',
    'Measured 2026-01-02 03:04 UTC on P, `npm run bench -- recorder-10`; just before, other programs took 25 % of all cores.',
  ])
    assert.ok(page.includes(part), part);
  const first = benchmarksPage([{ ...result, realTime: true }], '', ['recorder-10']);
  assert.ok(first.includes('took 25 % of all cores, and gave way: it ran at real-time priority.'));
});

test('a part that was not measured anew keeps its section, its figures and its place', () => {
  const order = ['start', 'recorder-10', 'edge'];
  const other = (part: string, what: string) => ({
    ...result,
    part,
    title: `Of ${part}`,
    targets: [{ what, measured: 1, unit: '', limit: 2, kind: 'at-most' as const }],
  });
  const before = benchmarksPage(
    [other('start', 'wall'), result, other('edge', 'late'), other('gone', 'x')],
    '',
    order,
  );
  const faster = { ...result, rows: [{ name: 'ours', figures: { cpuSeconds: 0.5, lost: 0 } }] };
  const after = benchmarksPage([faster], before, order);
  assert.equal(
    after.split('\n').filter((line) => line.startsWith('## ')),
    ['## Figures to reach', '## Of start', '## Recorder: 10 streams', '## Of edge'],
  );
  assert.ok(after.includes('| ours | 0.50 | 0 |'));
  assert.is(after.split('1.23').length, 3, 'the old figure stands with the two other parts only');
  assert.equal(
    after.split('\n').filter((line) => /^\| (wall|CPU|late) /.test(line)),
    before.split('\n').filter((line) => /^\| (wall|CPU|late) /.test(line)),
  );
});

test('parts are chosen by name and by size, small ones first', () => {
  const names = (words: string[], streams: number[] | null) => choose(words, streams).map(({ name }) => name);
  assert.equal(names(['recorder'], null), ['recorder-1000', 'recorder-5000', 'recorder-10000']);
  assert.equal(names(['recorder-5000', 'start'], null), ['start', 'recorder-5000']);
  assert.equal(names(['recorder'], [7]), ['recorder-7']);
  assert.not.ok(names([], [7]).includes('start'), 'a part without a size is none of this size');
  assert.throws(() => names(['recoder'], null), /no part of the benchmarks is called recoder/);
});

test.run();
