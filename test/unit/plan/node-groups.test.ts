import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlan } from '../../../src/plan/make.ts';
import { byFate, eachAlone, mayBeHit } from '../../../src/plan/node-groups.ts';
import { plannedTargets } from '../../../src/plan/target.ts';
import { parseScenario } from '../../../src/scenario/load.ts';

interface Wanted {
  readonly stable?: number;
  readonly spot?: number;
  readonly fault?: string;
  /** Of the pods; none: they may run anywhere. */
  readonly selector?: string;
  readonly rate?: number;
  readonly streams?: number;
  readonly repeats?: number;
}

const planOf = ({
  stable = 2,
  spot = 5,
  fault = 'fault: { kind: power-off, target: { pool: spot, runs: nothing } }',
  selector = '{ pool: stable }',
  rate = 4,
  streams = 20,
  repeats = 1,
}: Wanted = {}) =>
  makePlan(
    parseScenario(
      `name: groups
nodes: [{ name: stable, count: ${stable}, labels: { pool: stable } }, { name: spot, count: ${spot}, preemptible: true }]
ingress: { replicas: 2, nodeSelector: ${selector} }
app: { replicas: 2, nodeSelector: ${selector} }
load: [{ kind: streams, concurrency: ${streams}, duration: 90s, ramp: 20s }, { kind: probe, rate: ${rate} }]
policies: [Cluster, Local]
repeats: ${repeats}
${fault}
`,
      'x.yaml',
    ),
    { cluster: 'embedded', cores: 8 },
  );
const hitBy = (wanted: Wanted) => [...mayBeHit(planOf(wanted))].sort();
const spots = (count: number) => Array.from({ length: count }, (_, index) => `spot-${index}`);

test('the target has a process of its own; nodes with pods share one, nodes without another', () => {
  const plan = planOf();
  const [target = ''] = plannedTargets(plan)[0] ?? [];
  const groups = byFate(plan);
  assert.equal(
    groups.filter((group) => group.includes(target)),
    [[target]],
  );
  assert.equal(
    groups.filter((group) => !group.includes(target)),
    [['stable-0', 'stable-1'], spots(5).filter((name) => name !== target)],
  );
});

test('each node is in one group, whatever the plan; alone, each has its own', () => {
  for (const wanted of [{}, { spot: 198 }, { stable: 100, spot: 100 }, { fault: '' }, { rate: 200 }]) {
    const plan = planOf(wanted);
    const names = plan.nodes.map(({ name }) => name);
    assert.equal([...byFate(plan).flat()].sort(), [...names].sort(), JSON.stringify(wanted));
    assert.equal(
      eachAlone(plan),
      names.map((name) => [name]),
    );
  }
});

test('every repeat that the plan runs counts, and no other', () => {
  const plan = planOf({ repeats: 4, spot: 40 });
  assert.equal([...mayBeHit(plan)].sort(), [...new Set(plannedTargets(plan).flat())].sort());
  assert.ok(mayBeHit(plan).size > 1);
  const one = { ...plan, trials: plan.trials.filter(({ repeat }) => repeat === 2) };
  assert.equal([...mayBeHit(one)], plannedTargets(plan)[2]);
});

test('all nodes of a fault that takes several', () => {
  const target = '{ pool: spot, count: all }';
  assert.equal(hitBy({ fault: `fault: { kind: power-off, target: ${target} }` }), spots(5));
});

test('if the scheduler decides which nodes match, each node that may match counts', () => {
  assert.equal(hitBy({ selector: '{}' }), spots(5), 'any spot node may run nothing');
  const runsApp = 'fault: { kind: power-off, target: { runs: app } }';
  assert.is(hitBy({ fault: runsApp, selector: '{}' }).length, 7);
  assert.equal(hitBy({ fault: 'fault: { kind: pod-kill, target: { pool: stable } }' }), [
    'stable-0',
    'stable-1',
  ]);
});

test('without a fault, and with one that takes no node, none is hit', () => {
  assert.equal(hitBy({ fault: '' }), []);
  assert.equal(hitBy({ fault: 'fault: { kind: rollout, pod: app }' }), []);
  assert.equal(byFate(planOf({ fault: '' })), [['stable-0', 'stable-1'], spots(5)]);
});

test('under a heavy load nodes that may have pods have a processor each; the others still share', () => {
  for (const heavy of [{ streams: 400 }, { rate: 250 }])
    assert.equal(byFate(planOf({ ...heavy, fault: '' })), [['stable-0'], ['stable-1'], spots(5)]);
});

test('a group has at most 8 nodes with pods, or 100 without', () => {
  const sizes = byFate(planOf({ stable: 20, spot: 150, fault: '' })).map(({ length }) => length);
  assert.equal(sizes, [8, 8, 4, 100, 50]);
});

test.run();
