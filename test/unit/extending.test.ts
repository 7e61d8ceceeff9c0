import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readClock } from '../../src/analysis/clocks/read.ts';
import type { ClockSources } from '../../src/analysis/clocks/sources.ts';
import { clusterTime } from '../../src/analysis/time.ts';
import { packageRoot } from '../../src/base/package.ts';
import { clusters } from '../../src/catalogue/clusters.ts';
import { nodeLabel } from '../../src/changes/kinds/index.ts';
import type { FaultContext } from '../../src/faults/index.ts';
import { kubeConfigFromText } from '../../src/kube/config.ts';
import { refusalOf, type SwitchoverContext } from '../../src/policies/index.ts';
import { haproxy } from '../../src/presets/haproxy.ts';
import { plannedEdge } from '../../src/presets/schema.ts';
import { balancerWatch } from '../../src/run/balancer-watch.ts';
import { parametersOf } from '../../src/scenario/parameter.ts';
import { lastEjected, lastEjectedTraits } from '../support/examples/clock.ts';
import { flapping, flappingTraits } from '../support/examples/fault.ts';
import { ourBalancer } from '../support/examples/preset.ts';
import { stagingEntry, stagingTraits } from '../support/examples/provider.ts';
import { csvReport } from '../support/examples/reporter.ts';
import { slowStart, slowStartTraits } from '../support/examples/strategy.ts';
import { fakeKubeApi } from '../support/fake-kube-api.ts';
import { basicPlan } from '../support/plan.ts';
import { aRow, spread } from '../support/report.ts';

/* The examples of docs/extending.md: they compile, they do what the page says, and the page shows them as they are. */

const read = (...parts: string[]) => readFileSync(join(packageRoot(), ...parts), 'utf8');

for (const name of ['fault', 'strategy', 'preset', 'reporter', 'clock', 'provider']) {
  test(`docs/extending.md shows the example of a ${name} as it is compiled`, () => {
    const code = read('test', 'support', 'examples', `${name}.ts`)
      .replaceAll("'../../../src/", "'../")
      .trim();
    assert.ok(read('docs', 'extending.md').includes(`\`\`\`ts\n${code}\n\`\`\``), `${name}.ts has changed`);
  });
}

test('the fault silences the node by a change, and its clocks count from that', async () => {
  const log: string[] = [];
  const context = {
    changes: {
      make: async (_: unknown, target: { node: string }, options: { how: string }) => {
        log.push(`${options.how} ${target.node}`);
        return 7;
      },
    },
    effects: { power: {} },
    began: (at: number, detail: string) => log.push(`${detail} @${at}`),
    sleep: async (ms: number) => log.push(`sleep ${ms}`),
    parameter: (name: string) => parametersOf(flappingTraits, { pause: '2s' })[name],
  } as unknown as FaultContext;
  assert.is((await flapping.inject(context, 'stable-1')).affected, 1);
  assert.equal(log, ['unplugged stable-1', 'the link is down @7', 'sleep 2000']);
  assert.ok(flappingTraits.silencesNode);
});

test('the fault is refused on a cluster that cannot silence a node', async () => {
  const context = { effects: {} } as unknown as FaultContext;
  try {
    await flapping.inject(context, 'stable-1');
    assert.unreachable('it was injected');
  } catch (error) {
    assert.match(String(error), 'this cluster offers no way to inject it (power)');
  }
});

/** A Service under Cluster with one target, whose balancer is shown what `events` say. */
function switchoverRig() {
  const made: string[] = [];
  const balancer = balancerWatch();
  const context: SwitchoverContext = {
    changes: {
      async make(kind, target, wanted) {
        made.push(kind.describe(target, wanted));
        return undefined as never;
      },
    },
    service: { namespace: 'n', name: 'web' },
    edge: haproxy,
    final: 'Local',
    balancer,
    readyIngress: () => new Set(),
    isLost: () => false,
    nodes: async () => [],
    others: async () => [],
    ingressTemplate: async () => null,
    awaitEstablished: false,
    second: null,
    serviceLike: async () => ({}),
    ports: async () => ({ nodePort: 30_080, healthCheckNodePort: 32_000 }),
    now: () => 10,
    quietNs: 10,
  };
  const reconcile = (t: number) =>
    balancer.observe({ type: 'reconcile', t, policy: 'Cluster', healthCheckNodePort: null, nodes: ['one'] });
  return { made, context, reconcile };
}

test('the strategy is refused without a target, and its first step waits for the balancer', async () => {
  const { made, context, reconcile } = switchoverRig();
  assert.is(await refusalOf(slowStart.preconditions, context), 'refused: the balancer has no target');
  reconcile(5);
  assert.is(await refusalOf(slowStart.preconditions, context), null);
  const steps = slowStart.steps({ initial: 'Cluster', final: 'Local' }, haproxy);
  assert.equal(
    steps.map(({ name }) => name),
    ['slow start', 'flip'],
  );
  assert.is(steps.length, slowStartTraits.waits);
  const evidence = await steps[0]?.make(context);
  assert.is(made.length, 1);
  assert.match(made[0] ?? '', 'balancer.example/slow-start');
  assert.is(evidence?.seen(), false, 'the balancer has not looked since');
  reconcile(11);
  assert.is(evidence?.seen(), true);
});

test('the preset is a whole one', () => {
  const { checks, reconcileDelayMs } = plannedEdge.parse(ourBalancer);
  assert.is(checks.Local.intervalMs, 5000);
  assert.is(reconcileDelayMs, 10_000);
});

test('the reporter writes one line for each policy', () => {
  const comparison = [
    aRow({ policy: 'Cluster', lost: 12, failover: spread(24.9) }),
    aRow({ policy: 'Local', lost: 0 }),
  ];
  assert.is(csvReport({ comparison }), 'policy,lost,started,failover\nCluster,12,60,24.9\nLocal,0,60,\n');
});

test('the clock is read, and doubted if its instrument was late', () => {
  const second = 1e9;
  const health = [
    { t: 4 * second, healthy: false },
    { t: 9 * second, healthy: false },
    { t: 12 * second, healthy: true },
  ];
  const sources = (late: readonly object[]) =>
    ({
      trial: { health },
      time: clusterTime(1),
      disturbance: { at: 2 * second, until: 20 * second },
      late,
    }) as unknown as ClockSources;
  const row = { ...lastEjectedTraits, ...lastEjected };
  assert.equal(readClock(row, sources([])), { seconds: 7, resolution: null });
  const lateEdge = {
    instrument: 'edge',
    kind: 'edge',
    from: 5 * second,
    to: 6 * second,
    maxMs: 900,
    heldUp: true,
  };
  const doubted = readClock(row, sources([lateEdge]));
  assert.is('code' in doubted && doubted.code, 'late');
});

test('the provider runs on the cluster it is given, and a journal of it is undone by its tools', async () => {
  const api = await fakeKubeApi();
  try {
    api.put('/api/v1/nodes', { metadata: { name: 'one', labels: { 'example/label': 'ours' } } });
    const entry = stagingEntry(() => kubeConfigFromText(api.kubeconfig));
    const provider = entry.provider();
    assert.is(provider.cluster.disposable, false);
    assert.equal(provider.cluster.place(basicPlan), { provider: 'staging', cluster: 'staging', kept: true });
    assert.ok((await entry.examine()).every(({ ok }) => ok));
    const { kinds, world } = await entry.tools();
    const target = { node: 'one', label: 'example/label' };
    const made = { target, before: { text: 'theirs' }, wanted: { text: 'ours' } };
    const opened = kinds.find(({ kind }) => kind === nodeLabel.kind)?.open(made);
    const undone = await opened?.undo(world(AbortSignal.timeout(5000)));
    assert.is(undone?.result, 'restored');
  } finally {
    await api.stop();
  }
});

test('the row of the provider has what the rows of all clusters have', () => {
  assert.equal(Object.keys(stagingTraits).sort(), Object.keys(clusters.kind).sort());
});

test.run();
