import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlan, type PlanOptions } from '../../../src/plan/make.ts';
import { plan as planSchema } from '../../../src/plan/schema.ts';
import { plannedTargets } from '../../../src/plan/target.ts';
import { injectionMs, trialMs } from '../../../src/plan/wall.ts';
import { presets } from '../../../src/presets/index.ts';
import { ScenarioError } from '../../../src/scenario/error.ts';
import { loadScenario, parseScenario } from '../../../src/scenario/load.ts';
import { yamlFiles } from '../../support/scenario-files.ts';

const base = `name: base
nodes: [{ name: stable, count: 2, labels: { pool: stable } }, { name: spot, count: 3, preemptible: true }]
ingress: { nodeSelector: { pool: stable } }
app: { nodeSelector: { pool: stable } }
load: [{ kind: streams, concurrency: 10, duration: 90s }, { kind: probe, rate: 4 }]
policies: [Cluster, Local]
fault: { kind: power-off, target: { runs: nothing } }
`;

const planOf = (text: string, options: Partial<PlanOptions> = {}) =>
  makePlan(parseScenario(text, 'x.yaml'), { cluster: 'embedded', ...options });

test('every valid file gives plans that the schema takes, on every provider', () => {
  for (const file of [...yamlFiles('experiments'), ...yamlFiles('test/scenarios', 'valid-')]) {
    for (const cluster of ['embedded', 'kind', 'context'] as const) {
      const plan = makePlan(loadScenario(file), { cluster });
      assert.equal(planSchema.parse(plan), plan, file);
      assert.ok(plan.expectedWallSeconds > 0 && Number.isFinite(plan.expectedWallSeconds));
    }
  }
});

test("the plan holds Kubernetes' defaults and the preset's figures, in milliseconds of cluster time", () => {
  const { timers, edge, load, ingress } = planOf(`${base}timeScale: 20\n`);
  assert.equal(timers, {
    nodeMonitorGraceMs: 50_000,
    nodeMonitorPeriodMs: 5000,
    leaseRenewMs: 10_000,
    podEvictionMs: 300_000,
    proxyMinSyncMs: 1000,
  });
  assert.equal([edge.checks.Cluster.intervalMs, edge.checks.Local.intervalMs], [8000, 3000]);
  const [streams] = load;
  assert.ok(streams?.kind === 'streams' && streams.durationMs === 90_000 && streams.rampMs === 5000);
  assert.is(ingress.terminationGraceMs, 60_000);
});

test('nodes carry their pool, their name, and the labels of the cloud if they are preemptible', () => {
  const { nodes } = planOf(base.replace('name: base', 'name: base\ncloud: aks'));
  assert.equal(
    nodes.map(({ name }) => name),
    ['stable-0', 'stable-1', 'spot-0', 'spot-1', 'spot-2'],
  );
  assert.equal(nodes[4]?.labels, {
    'kubernetes.io/hostname': 'spot-2',
    'midflight.dev/pool': 'spot',
    'kubernetes.azure.com/scalesetpriority': 'spot',
  });
  assert.is(nodes[0]?.labels['kubernetes.azure.com/scalesetpriority'], undefined);
});

test('timeScale is for the embedded cluster: elsewhere it is 1, and that is reported', () => {
  const text = `${base}timeScale: 20\n`;
  const [embedded, kind] = [planOf(text), planOf(text, { cluster: 'kind' })];
  assert.equal([embedded.timeScale, kind.timeScale], [20, 1]);
  assert.equal(embedded.notices, []);
  assert.is(kind.notices.filter((notice) => notice.includes('timeScale')).length, 1);
});

test('the block of a provider is laid over the file, key by key, and over no other provider', () => {
  const text = `${base}repeats: 4
timers: { nodeMonitorGracePeriod: 40s, nodeMonitorPeriod: 4s }
providers:
  kind:
    repeats: 1
    timers: { nodeMonitorGracePeriod: 16s }
    edge: { overrides: { reconcileDelay: 1s } }
    policies: [Local]
    kubeProxyMode: nftables
    load: [{ kind: streams, concurrency: 3, duration: 2m }]
`;
  const [embedded, kind] = [planOf(text), planOf(text, { cluster: 'kind' })];
  assert.equal([embedded.repeats, kind.repeats], [4, 1]);
  assert.equal([embedded.timers.nodeMonitorGraceMs, kind.timers.nodeMonitorGraceMs], [40_000, 16_000]);
  assert.is(kind.timers.nodeMonitorPeriodMs, 4000);
  assert.equal([embedded.edge.reconcileDelayMs, kind.edge.reconcileDelayMs], [5000, 1000]);
  assert.is(kind.edge.preset, 'gke-instance-group');
  assert.equal([embedded.trials.length, kind.trials.length], [8, 1]);
  assert.equal([embedded.kubeProxyMode, kind.kubeProxyMode], ['iptables', 'nftables']);
  assert.equal([embedded.load.length, kind.load.length], [2, 1]);
  assert.ok(kind.notices.some((notice) => notice.includes('no probe')));
  assert.is(kind.fault?.trigger.streamsInFlight, 3);
});

test("a provider's edge is laid over the file's, and a preset of its own starts afresh", () => {
  const text = `${base}edge:
  preset: azure
  overrides: { reconcileDelay: 9s, onEjected: reset, checks: { Local: { interval: 7s }, Cluster: { interval: 6s } } }
providers:
  kind: { edge: { overrides: { reconcileDelay: 1s, checks: { Local: { timeout: 2s } } } } }
  context: { edge: { preset: octavia } }
`;
  const edges = (['embedded', 'kind', 'context'] as const).map((cluster) => planOf(text, { cluster }).edge);
  assert.equal(
    edges.map(({ preset, reconcileDelayMs, onEjected, checks }) => [
      preset,
      reconcileDelayMs,
      onEjected,
      checks.Local.intervalMs,
      checks.Cluster.intervalMs,
    ]),
    [
      ['azure', 9000, 'reset', 7000, 6000],
      ['azure', 1000, 'reset', 7000, 6000],
      ['octavia', presets.octavia.reconcileDelayMs, presets.octavia.onEjected, 5000, 5000],
    ],
  );
  const plain = planOf(base.replace('name: base', 'name: base\nedge: { preset: azure }')).edge;
  assert.is(plain.source, presets.azure.source, 'nothing overridden, nothing said to be');
});

test('the command line goes before the block, which goes before the file', () => {
  const text = `${base}repeats: 2\nproviders: { embedded: { repeats: 3 }, kind: { images: { node: a, app: b } } }\n`;
  const plan = planOf(text, { repeats: 5, seed: 9, policies: ['Local->Cluster'] });
  assert.equal([plan.repeats, plan.seed, plan.trials.length], [5, 9, 5]);
  assert.ok(plan.trials.every(({ policy }) => policy === 'Local->Cluster'));
  const { images } = planOf(text, { cluster: 'kind', images: { node: 'mine' } });
  assert.equal(images, { node: 'mine', traefik: null, app: 'b' });
});

test('repeat by repeat, all policies of one share its seed and its target', () => {
  const { trials } = planOf(`${base}repeats: 3\n`);
  assert.equal(
    trials.map(({ index, policy, repeat }) => [index, policy, repeat]),
    [
      [0, 'Cluster', 0],
      [1, 'Local', 0],
      [2, 'Cluster', 1],
      [3, 'Local', 1],
      [4, 'Cluster', 2],
      [5, 'Local', 2],
    ],
  );
  for (const repeat of [0, 1, 2])
    assert.is(new Set(trials.filter((trial) => trial.repeat === repeat).map(({ seed }) => seed)).size, 1);
  assert.is(new Set(trials.map(({ seed }) => seed)).size, 3);
});

test('targets follow from the seed alone, whichever policies and however many repeats are run', () => {
  const text = `${base}repeats: 12\n`;
  const all = plannedTargets(planOf(text));
  assert.equal(plannedTargets(planOf(text, { policies: ['Local'] })), all);
  assert.equal(plannedTargets(planOf(text, { repeats: 5 })), all.slice(0, 5));
  assert.equal(plannedTargets(planOf(text, { cluster: 'kind' })), all);
  assert.ok(all.flat().every((node) => node.startsWith('spot-')));
  assert.is(new Set(all.flat()).size, 3, 'twelve repeats meet each of three nodes');
  assert.not.equal(plannedTargets(planOf(text, { seed: 2 })), all);
});

test('several targets differ, are all of them, or are refused if there are not as many', () => {
  const counted = (count: string) => base.replace(/(fault:.*target: \{)/, `$1 count: ${count},`);
  for (const nodes of plannedTargets(planOf(`${counted('2')}repeats: 4\n`)))
    assert.is(new Set(nodes).size, 2);
  assert.equal([...(plannedTargets(planOf(counted('all')))[0] ?? [])].sort(), ['spot-0', 'spot-1', 'spot-2']);
  assert.throws(() => planOf(counted('4')), /fault.target.count is 4, and 3 nodes match/);
  const wave = planOf(counted('2, within: 40s'));
  assert.is(wave.fault?.target.withinMs, 40_000);
});

test('a zone as target: all of its nodes, of whatever pool, and no others; a zone that no node is in is refused', () => {
  const pools =
    'nodes: [{ name: near, count: 2, zone: a }, { name: far, count: 1, zone: b }, { name: also, count: 1, zone: a }, ';
  const zoned = base.replace('nodes: [', pools).replace('{ runs: nothing }', '{ zone: a, count: all }');
  assert.equal([...(plannedTargets(planOf(zoned))[0] ?? [])].sort(), ['also-0', 'near-0', 'near-1']);
  assert.throws(() => planOf(zoned.replace('{ zone: a, count', '{ zone: c, count')), /there is no zone 'c'/);
});

test('no fault, no target', () => {
  assert.equal(plannedTargets(planOf(base.replace(/fault:.*\n/, ''))), []);
});

test('expectations carry their line; those of policies that are not run are left out, and that is reported', () => {
  const text = `${base}expect:\n  all: { lost: '< 5' }\n  Local:\n    failover: "<= 1m"\n  Cluster: { lost: '> 0' }\n`;
  const { expectations, notices } = planOf(text, { policies: ['Local'] });
  assert.equal(
    expectations.map(({ policy, metric, op, value, line }) => [policy, metric, op, value, line]),
    [
      [null, 'lost', '<', 5, 9],
      ['Local', 'failover', '<=', 60, 11],
    ],
  );
  assert.is(notices.filter((notice) => notice.includes('Cluster')).length, 1);
});

test('streams that would be over when the fault strikes are refused, with the duration that they need', () => {
  const refused = (text: string) => {
    try {
      planOf(text);
      return null;
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      return error.problems.map(({ line, col, hint }) => `${line}:${col} ${hint}`).join();
    }
  };
  const needs = (duration: string) => `5:42 set duration: ${duration} or longer, or renew: true`;
  assert.is(refused(base), null);
  assert.is(refused(base.replace('90s', '12s')), needs('18s'));
  assert.is(refused(base.replace('90s', '12s, renew: true')), null);
  // A flip comes before the fault and takes its time: ramp 6 s, stable 10 s, flip 5 + 2 x 3 + 10 s.
  const flipping = base.replace('[Cluster, Local]', '[Cluster->Local]');
  const plan = planOf(flipping);
  assert.equal(
    plan.trials.map((trial) => injectionMs(plan, trial)),
    [37_000],
  );
  assert.is(refused(flipping.replace('90s', '38s')), needs('39s'));
  assert.is(refused(flipping.replace('90s', '39s')), null);
});

test('the load is planned up to the fault, or as far without one', () => {
  const injected = (text: string) => {
    const plan = planOf(text);
    return plan.trials.map((trial) => injectionMs(plan, trial));
  };
  const quiet = base.replace(/fault:.*\n/, '').replace('[Cluster, Local]', '[Cluster, Local->Cluster]');
  // Ramp 5 s and a chunk of 1 s; a flip adds steady state 10 s, and 5 + 3 x 8 + 10 s until it has settled.
  assert.equal(injected(quiet), [6000, 55_000]);
  const later = base.replace('runs: nothing }', 'runs: nothing }, trigger: { after: 7s }');
  assert.equal(injected(base), [16_000, 16_000], 'with steady state');
  assert.equal(injected(later), [23_000, 23_000]);
});

test('the expected time is that of the timers, divided by the time scale', () => {
  const cohort = `${base.replace(/fault:.*\n/, '').replace('[Cluster, Local]', '[Local]')}`;
  const plan = planOf(cohort);
  // Edge: 5 s until it follows, one check of 3 s; streams: ramp 5 s and 90 s.
  assert.equal(
    plan.trials.map((trial) => trialMs(plan, trial)),
    [103_000],
  );
  const scaled = planOf(`${cohort}timeScale: 10\nrepeats: 4\n`);
  const once = planOf(`${cohort}timeScale: 10\n`);
  assert.ok(once.expectedWallSeconds < plan.expectedWallSeconds / 5);
  assert.ok(scaled.expectedWallSeconds - once.expectedWallSeconds >= (3 * 103) / 10);
});

test('a fault that waits for NotReady takes longer than one that does not', () => {
  const short = planOf(`${base.replace('90s', '30s')}observe: short\n`).expectedWallSeconds;
  assert.ok(planOf(base.replace('90s', '30s')).expectedWallSeconds > short);
});

test('a preemption gives the notice of its cloud, unless the scenario names another', () => {
  const text = base.replace('kind: power-off', 'kind: preempt');
  const noticeIn = (scenario: string) => planOf(scenario).fault?.notice;
  assert.is(noticeIn(text), 'gke');
  assert.is(noticeIn(`${text}\ncloud: eks`), 'eks');
  assert.is(noticeIn(`${text.replace('kind: preempt', 'notice: none, kind: preempt')}\ncloud: eks`), 'none');
  assert.is(noticeIn(base), null, 'a power-off comes without one');
  assert.throws(
    () => planOf(base.replace('kind: power-off', 'notice: gke, kind: power-off')),
    /fault\.notice/,
  );
  const seconds = (scenario: string) => planOf(scenario).expectedWallSeconds;
  assert.ok(seconds(`${text}\ncloud: eks`) > seconds(text), 'two minutes are waited for');
});

test.run();
