import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { betweenMarks, matrixScenario } from '../../../scripts/flip-matrix-scenario.ts';
import { nodeLosses, nodeLossTable, withLosses } from '../../../scripts/flip-node-loss-table.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { parseScenario } from '../../../src/scenario/load.ts';

const trial = (index: number, policy: string, more: object = {}) => ({
  index,
  policy,
  verdict: 'pass',
  reasons: [],
  requests: { started: 40, lost: 4 },
  probes: { new: { sent: 100, failed: 2 } },
  atInjection: { inFlight: 20, throughTarget: 4 },
  ...more,
});
const lines = (...events: object[]) => [...events.map((event) => JSON.stringify(event)), ''];
const cluster = { type: 'topology', t: 0, nodes: [] };
const begins = (index: number) => ({ type: 'trial-start', t: 1, trial: index });
const ramp = { type: 'phase', t: 2, phase: 'ramp' };
const holds = (policy: string, ...nodes: string[]) => ({ type: 'reconcile', t: 3, policy, nodes });

test("a node's death in a step: what was lost, and whether the balancer follows in the end what it did before", () => {
  const history = lines(
    cluster,
    holds('Cluster', 'a', 'b'),
    begins(0),
    ramp,
    holds('Local', 'a'),
    holds('Cluster', 'b', 'a'),
    begins(1), // on the same cluster: what the balancer holds is known already
    ramp,
    holds('Local', 'a'),
    cluster,
    begins(2),
    holds('Cluster', 'a', 'b'),
    ramp,
    { type: 'note', t: 4, code: 'not-readmitted' },
  );
  const trials = ['one', 'two', 'three'].map((policy, index) => trial(index, policy));
  const found = nodeLosses({ trials }, history, 2);
  assert.equal(
    found.map(({ policy, restored }) => [policy, restored]),
    [
      ['one', true],
      ['two', false],
      ['three', false],
    ],
  );
  const steps = [
    { policy: 'one', step: 1, name: 'exclude' },
    { policy: 'one', step: 2, name: 'flip' },
  ];
  assert.equal(nodeLossTable(steps, found).split('\n').slice(2), [
    '| `one` | 1, exclude | not measured yet | - | - | - |',
    '| `one` | 2, flip | 2 of 100 | 4 of 40 | 4 | yes |',
  ]);
});

test('a trial that a slow machine spoiled is no row; one that stopped at its step is, with the reason', () => {
  const unknown = (code: string) => ({ verdict: 'unknown', reasons: [{ code, text: `for ${code}` }] });
  const trials = [trial(0, 'late', unknown('late')), trial(1, 'stopped', unknown('step-without-evidence'))];
  const found = nodeLosses({ trials }, [], 1);
  assert.equal(
    found.map(({ policy, reason }) => [policy, reason]),
    [['stopped', 'for step-without-evidence']],
  );
  const again = nodeLosses({ trials: [trial(0, 'stopped')] }, [], 1);
  assert.equal(
    withLosses(found, again).map(({ reason }) => reason),
    [null],
  );
  assert.is(withLosses(found, nodeLosses({ trials }, [], 2)).length, 2, 'another step is another row');
});

test("the matrix' scenario for one preset, some policies and a fault in a step is one that can be planned", () => {
  const text = readFileSync('experiments/flip-matrix.yaml', 'utf8');
  const more = 'fault:\n  kind: power-off\n  target: { runs: nothing }\n  trigger: { duringStep: 2 }\n';
  const policies = ['Cluster->Local/exclude-first', 'Local->Cluster/pin-check'] as const;
  const planOf = (yaml: string) => makePlan(parseScenario(yaml, 'x.yaml'), { cluster: 'embedded' });
  const plan = planOf(matrixScenario(text, { preset: 'haproxy', policies, seed: 5, more }));
  const seconds = (preset: 'haproxy' | 'gke-neg' | 'aws-alb') =>
    planOf(matrixScenario(text, { preset, policies })).load.flatMap((load) =>
      load.kind === 'streams' ? [load.durationMs / 1000] : [],
    );
  assert.equal(
    [seconds('haproxy'), seconds('gke-neg'), seconds('aws-alb')],
    [[40], [60], [40]],
    'as long as shows a cut after 30 s, not one after 300 s',
  );
  assert.equal([plan.edge.preset, plan.seed, plan.timeScale], ['haproxy', 5, 6]);
  assert.equal(
    plan.trials.map(({ policy }) => policy),
    policies,
  );
  assert.is(plan.fault?.trigger.duringStep, 2);
  assert.is(planOf(matrixScenario(text, { preset: 'custom', policies })).seed, 11, 'as the file has it');
});

test('a table is put between its marks, and nowhere else', () => {
  const page = 'a\n<!-- node loss -->\nold\n<!-- end of node loss -->\nb';
  assert.is(
    betweenMarks(page, 'node loss', '| $1 |'),
    'a\n<!-- node loss -->\n| $1 |\n<!-- end of node loss -->\nb',
  );
  assert.throws(() => betweenMarks(page, 'matrix', 'x'), /no place marked 'matrix'/);
});

test.run();
