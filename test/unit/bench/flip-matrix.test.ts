import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adviceTable } from '../../../scripts/flip-matrix-advice.ts';
import { losslessWays, nextRun, withCells } from '../../../scripts/flip-matrix-runs.ts';
import { type Cell, cellsOf, matrixTable, timeScaleFor } from '../../../scripts/flip-matrix-table.ts';
import { presets } from '../../../src/presets/index.ts';

const trial = (index: number, policy: string, more: object = {}) => ({
  index,
  policy,
  verdict: 'pass',
  reasons: [],
  requests: { started: 40, lost: 2 },
  probes: { new: { sent: 100, failed: 16 } },
  disturbances: [{ kind: 'flip', outages: [{ lastedSeconds: 1.5 }, { lastedSeconds: 0.5 }] }],
  ...more,
});
const moment = (index: number, at: 'begin' | 'done', t: number) =>
  JSON.stringify({ type: 'disturbance', t, trial: index, affected: null, kind: 'flip', at });

test('a cell has the losses and the time taken, in cluster time; a refused cell has its reason, and an inconclusive one is left out', () => {
  const refused = {
    verdict: 'unknown',
    reasons: [{ code: 'refused', text: 'refused: azure ignores the label' }],
    disturbances: [],
  };
  const report = {
    timeScale: 5,
    trials: [
      trial(0, 'Cluster->Local'),
      trial(1, 'Cluster->Local/exclude-first', {
        requests: { started: 40, lost: 0 },
        probes: { new: { sent: 120, failed: 0 } },
        disturbances: [{ kind: 'flip', outages: [] }],
      }),
      trial(2, 'Cluster->Local/pin-check', refused),
      trial(3, 'Local->Cluster', { verdict: 'unknown', reasons: [{ code: 'late', text: 'late' }] }),
      trial(4, 'Local->Cluster/exclude-first', {
        verdict: 'unknown',
        reasons: [{ code: 'no-steady-state', text: 'probes failed before anything was broken' }],
      }),
      trial(5, 'Local->Cluster/pin-check', {
        verdict: 'unknown',
        reasons: [
          { code: 'never-recovered', text: 'not recovered' },
          { code: 'late', text: 'late' },
        ],
      }),
    ],
  };
  const history = [
    ...[moment(0, 'begin', 1e9), moment(0, 'done', 2e9), moment(1, 'begin', 3e9), moment(1, 'done', 7e9)],
    '{"type":"check"}',
    '',
  ];
  const lines = matrixTable([{ preset: 'azure', cells: cellsOf(report, history) }]).split('\n');
  assert.equal(lines.slice(2), [
    '| `azure` | `Cluster->Local` | 16 of 100 | 2.0 s | 2 of 40 | one patch | 0 of 1 |',
    '| `azure` | `Cluster->Local/exclude-first` | 0 of 120 | - | 0 of 40 | 20 s | 1 of 1 |',
    '| `azure` | `Cluster->Local/pin-check` | refused: azure ignores the label | - | - | - | - |',
    '| `azure` | `Local->Cluster/exclude-first` | probes failed before anything was broken | - | - | - | - |',
  ]);
});

const cell = (policy: string, repeats: number, more: Partial<Cell> = {}): Cell => ({
  policy,
  reason: null,
  repeats,
  clean: repeats,
  failed: 0,
  sent: 100 * repeats,
  failedSeconds: 0,
  streamsLost: 0,
  streams: 20 * repeats,
  totalSeconds: 30,
  ...more,
});
const refused = (policy: string) => cell(policy, 1, { reason: 'refused: moot', clean: 0 });

test('the advice is the quickest way that lost nothing; if there is none, the one that lost least; or why there is none', () => {
  const rows = [
    {
      preset: 'haproxy',
      cells: [
        cell('Cluster->Local', 1, { clean: 0, failed: 5, totalSeconds: null }),
        cell('Cluster->Local/exclude-first', 20),
        cell('Cluster->Local/pin-check', 1, { totalSeconds: 50 }),
        cell('Local->Cluster', 1, { clean: 0, failed: 50, totalSeconds: null }),
        cell('Local->Cluster/exclude-first', 1, { clean: 0, failed: 2, streamsLost: 1 }),
      ],
    },
    { preset: 'moot', cells: [refused('Cluster->Local')] },
  ];
  assert.equal(adviceTable(rows).split('\n').slice(2), [
    '| `haproxy` | `exclude-first`, 30 s: 0 of 400 streams and 0 of 2000 new connections; nothing in 20 of 20 | none without loss; least: `exclude-first`, 30 s: 1 of 20 streams and 2 of 100 new connections; nothing in 0 of 1 |',
    '| `moot` | none: refused: moot | not measured |',
  ]);
});

test('of each direction the quickest way that lost nothing is measured further, one patch before steps, clients that move last', () => {
  const cells = [
    cell('Cluster->Local', 1, { clean: 0, totalSeconds: null }),
    cell('Cluster->Local/exclude-first', 20, { clean: 19 }),
    cell('Cluster->Local/pin-check', 1, { reason: 'refused' }),
    cell('Cluster->Local/daemonset-first', 1, { totalSeconds: 50 }),
    cell('Cluster->Local/parallel-service', 1, { totalSeconds: 40 }),
    cell('Local->Cluster/exclude-first', 1, { totalSeconds: 30 }),
    cell('Local->Cluster', 1, { totalSeconds: null }),
  ];
  assert.equal(losslessWays(cells), ['Local->Cluster', 'Cluster->Local/daemonset-first']);
  assert.equal(losslessWays(cells.slice(4)), ['Local->Cluster', 'Cluster->Local/parallel-service']);
  assert.equal(losslessWays(cells.slice(0, 3)), [], 'none has lost nothing');
});

test('the policies with the fewest repeats are next, in slices and each with another seed; a refused one is asked once', () => {
  const limits = { repeats: 20, slice: 8 };
  const cells = [cell('b', 5), refused('c')];
  assert.equal(nextRun(cells, ['a', 'b', 'c'], limits), { policies: ['a'], repeats: 8, seed: 11 });
  assert.equal(nextRun(cells, ['b', 'c'], limits), { policies: ['b'], repeats: 8, seed: 16 });
  assert.equal(nextRun([cell('b', 17)], ['b'], limits), { policies: ['b'], repeats: 3, seed: 28 });
  assert.is(nextRun([cell('b', 20), refused('c')], ['b', 'c'], limits), null);
  assert.is(nextRun([], [], limits), null);
});

test('repeats of one policy are one cell: counts added up, the longest times; presets and policies keep their order', () => {
  const order = { presets: ['azure', 'octavia'], policies: ['a', 'b'] };
  const before = [{ preset: 'octavia', cells: [cell('b', 3)] }];
  const bad = cell('b', 1, { clean: 0, failed: 4, failedSeconds: 1.5, streamsLost: 2, totalSeconds: 40 });
  assert.equal(withCells(before, { preset: 'octavia', cells: [bad, cell('a', 1)] }, order), [
    {
      preset: 'octavia',
      cells: [
        cell('a', 1),
        cell('b', 4, { clean: 3, failed: 4, failedSeconds: 1.5, streamsLost: 2, totalSeconds: 40 }),
      ],
    },
  ]);
  const rows = withCells(before, { preset: 'azure', cells: [refused('a')] }, order);
  assert.equal(
    rows.map(({ preset }) => preset),
    ['azure', 'octavia'],
  );
  assert.equal(rows[0]?.cells, [refused('a')]);
});

test('a preset is measured as fast as its shortest time-out allows', () => {
  assert.is(timeScaleFor(presets.azure), 20);
  assert.is(timeScaleFor(presets.haproxy), 6, 'two checks of a second each, and a connect of two');
});

test.run();
