import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../src/base/package.ts';
import { type PlannedCheck, plannedEdge } from '../../../src/plan/schema.ts';
import { presets, resolveEdge } from '../../../src/presets/index.ts';
import { presetNames, scenario } from '../../../src/scenario/schema.ts';

test('every preset that a scenario may name is there, valid, and says where it comes from', () => {
  assert.equal(Object.keys(presets).sort(), [...presetNames].sort());
  for (const name of presetNames) {
    const preset = plannedEdge.parse(presets[name]);
    assert.is(preset.preset, name);
    assert.ok(preset.source.length > 30, name);
  }
});

test('every constant of a preset has a comment on its line or right above it', () => {
  for (const name of presetNames) {
    const lines = readFileSync(`${packageRoot()}/src/presets/${name}.ts`, 'utf8').split('\n');
    lines.forEach((line, index) => {
      if (
        !/^ {2,4}(Cluster|Local|reconcileDelayMs|onEjected|drainTimeoutMs|allUnhealthy|noTarget|checkIntervalFrom|upstreamConnectTimeoutMs|newTarget|excludeLabel|pinCheck|keepEstablished):/.test(
          line,
        )
      )
        return;
      const above = lines[index - 1] ?? '';
      assert.ok(line.includes('//') || above.trim().startsWith('//'), `${name}: ${line.trim()}`);
    });
  }
});

// interval x threshold + time-out; what counts its interval from a check's result waits for each time-out as well.
test('the slowest detection of a silent node is what the clouds document', () => {
  const worst = (name: (typeof presetNames)[number], policy: 'Cluster' | 'Local') => {
    const { checks, checkIntervalFrom } = presets[name];
    const { intervalMs, timeoutMs, unhealthyThreshold } = checks[policy];
    const timeouts = checkIntervalFrom === 'end' ? unhealthyThreshold : 1;
    return (intervalMs * unhealthyThreshold + timeoutMs * timeouts) / 1000;
  };
  assert.equal(
    presetNames
      .filter((name) => name !== 'custom')
      .map((name) => `${name} ${worst(name, 'Cluster')} ${worst(name, 'Local')}`),
    [
      'gke 25 7',
      'gke-target-pool 25 25',
      'aws-nlb-lbc 40 26',
      'aws-nlb-intree 100 26',
      'aws-clb 65 65',
      'azure 15 15',
      'digitalocean 24 24',
      'octavia 24 24',
      'cloud-provider-kind 10 10',
    ],
  );
});

/*
 * Every constant of every preset, written down a second time from its sources: a preset that changes must be changed here
 * too. Checks: kind port interval time-out unhealthy healthy, in seconds.
 */
const table = `
gke                 passthrough  http healthz 8 1 3 1    http healthCheckNodePort 3 1 2 1   5   persist  30  all   drop   start  no   0
gke-target-pool     passthrough  http healthz 8 1 3 1    http healthCheckNodePort 8 1 3 1   180 persist  0   all   drop   start  no   0
aws-nlb-lbc         passthrough  tcp nodePort 10 10 3 3  http healthCheckNodePort 10 6 2 2  10  reset    300 all   reset  start  no   0
aws-nlb-intree      passthrough  tcp nodePort 30 10 3 3  http healthCheckNodePort 10 6 2 2  10  reset    300 all   reset  start  no   0
aws-clb             proxy        tcp nodePort 10 5 6 2   http healthCheckNodePort 10 5 6 2  5   reset    0   none  reset  start  no   10
azure               passthrough  tcp nodePort 5 5 2 1    http healthCheckNodePort 5 5 2 1   20  persist  0   none  drop   start  no   0
digitalocean        proxy        http healthz 3 5 3 5    http healthCheckNodePort 3 5 3 5   15  persist  0   none  reset  end    no   5
octavia             proxy        tcp nodePort 5 3 3 1    http healthCheckNodePort 5 3 3 1   10  persist  0   none  reset  end    no   5
cloud-provider-kind proxy        http healthz 2 3 2 1    http healthCheckNodePort 2 3 2 1   1   persist  0   none  reset  end    yes  3
custom              passthrough  http healthz 5 2 2 2    http healthCheckNodePort 5 2 2 2   1   persist  0   all   reset  start  no   5
`;

test('every constant of every preset is what its sources say', () => {
  const words = (name: (typeof presetNames)[number]) => {
    const { mode, checks, reconcileDelayMs, onEjected, drainTimeoutMs, allUnhealthy, ...rest } =
      presets[name];
    const check = ({
      kind,
      port,
      intervalMs,
      timeoutMs,
      unhealthyThreshold,
      healthyThreshold,
    }: PlannedCheck) =>
      [kind, port, intervalMs / 1000, timeoutMs / 1000, unhealthyThreshold, healthyThreshold].join(' ');
    return [
      ...[name, mode, check(checks.Cluster), check(checks.Local), reconcileDelayMs / 1000, onEjected],
      ...[drainTimeoutMs / 1000, allUnhealthy, rest.noTarget, rest.checkIntervalFrom],
      ...[rest.ejectOn503 ? 'yes' : 'no', rest.upstreamConnectTimeoutMs / 1000],
    ].join(' ');
  };
  const lines = table.trim().split('\n');
  assert.equal(
    Object.values(presets)
      .map(({ preset }) => words(preset))
      .sort(),
    lines.map((line) => line.replace(/ +/g, ' ')).sort(),
  );
  for (const { checks } of Object.values(presets))
    for (const { kind, path } of Object.values(checks)) assert.is(path, kind === 'http' ? '/healthz' : '');
});

test('nothing overridden leaves the preset as it is', () => {
  for (const name of presetNames) {
    assert.equal({ ...resolveEdge(name).edge, checks: null }, { ...presets[name], checks: null });
  }
});

test('overrides lie over the preset, one field at a time, in milliseconds', () => {
  const { edge } = scenario.parse({
    name: 'x',
    nodes: [{ name: 'stable', count: 1 }],
    load: [{ kind: 'probe', rate: 1 }],
    policies: ['Cluster'],
    edge: {
      preset: 'gke',
      overrides: {
        checks: { Cluster: { interval: '1s500ms' } },
        reconcileDelay: '1m',
        onEjected: 'drain',
        drainTimeout: '2s',
        noTarget: 'refuse',
      },
    },
  });
  const resolved = resolveEdge(edge.preset, edge.overrides).edge;
  assert.equal(resolved.checks.Cluster, { ...presets.gke.checks.Cluster, intervalMs: 1500 });
  assert.equal(resolved.checks.Local, presets.gke.checks.Local);
  assert.equal(
    [
      resolved.reconcileDelayMs,
      resolved.onEjected,
      resolved.drainTimeoutMs,
      resolved.mode,
      resolved.noTarget,
    ],
    [60_000, 'drain', 2000, 'passthrough', 'refuse'],
  );
  assert.match(resolved.source, /overridden by the scenario: /);
  assert.is(presets.gke.reconcileDelayMs, 5000);
});

test('a duration that is none is refused', () => {
  assert.throws(() => resolveEdge('gke', { reconcileDelay: 'soon' }), /'soon' is no duration/);
});

test.run();
