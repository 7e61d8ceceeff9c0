import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cellsOf, matrixTable, timeScaleFor } from '../../../scripts/flip-matrix-table.ts';
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

test('a cell has what was lost and how long it took, in cluster time; a refused one its reason, and one that says nothing is none', () => {
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
    ],
  };
  const history = [
    ...[moment(0, 'begin', 1e9), moment(0, 'done', 2e9), moment(1, 'begin', 3e9), moment(1, 'done', 7e9)],
    '{"type":"check"}',
    '',
  ];
  const lines = matrixTable([{ preset: 'azure', cells: cellsOf(report, history) }]).split('\n');
  assert.equal(lines.slice(2), [
    '| `azure` | `Cluster->Local` | 16 of 100 | 2.0 s | 2 of 40 | one patch |',
    '| `azure` | `Cluster->Local/exclude-first` | 0 of 120 | - | 0 of 40 | 20 s |',
    '| `azure` | `Cluster->Local/pin-check` | refused: azure ignores the label | - | - | - |',
  ]);
});

test('a preset is measured as fast as its shortest time-out allows', () => {
  assert.is(timeScaleFor(presets.azure), 20);
  assert.is(timeScaleFor(presets.haproxy), 6, 'two checks of a second each, and a connect of two');
});

test.run();
