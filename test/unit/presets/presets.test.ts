import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../src/base/package.ts';
import { plannedEdge } from '../../../src/plan/schema.ts';
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
        !/^ {2,4}(Cluster|Local|reconcileDelayMs|onEjected|drainTimeoutMs|allUnhealthy|upstreamConnectTimeoutMs):/.test(
          line,
        )
      )
        return;
      const above = lines[index - 1] ?? '';
      assert.ok(line.includes('//') || above.trim().startsWith('//'), `${name}: ${line.trim()}`);
    });
  }
});

// interval x threshold + time-out, as facts of the clouds have it (with Envoy and HAProxy one time-out a check).
test('the slowest detection of a silent node is what the clouds document', () => {
  const worst = (name: (typeof presetNames)[number], policy: 'Cluster' | 'Local') => {
    const { intervalMs, timeoutMs, unhealthyThreshold } = presets[name].checks[policy];
    return (intervalMs * unhealthyThreshold + timeoutMs) / 1000;
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
      'digitalocean 14 14',
      'octavia 18 18',
      'cloud-provider-kind 7 7',
    ],
  );
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
      },
    },
  });
  const resolved = resolveEdge(edge.preset, edge.overrides).edge;
  assert.equal(resolved.checks.Cluster, { ...presets.gke.checks.Cluster, intervalMs: 1500 });
  assert.equal(resolved.checks.Local, presets.gke.checks.Local);
  assert.equal(
    [resolved.reconcileDelayMs, resolved.onEjected, resolved.drainTimeoutMs, resolved.mode],
    [60_000, 'drain', 2000, 'passthrough'],
  );
  assert.match(resolved.source, /overridden by the scenario: /);
  assert.is(presets.gke.reconcileDelayMs, 5000);
});

test('a duration that is none is refused', () => {
  assert.throws(() => resolveEdge('gke', { reconcileDelay: 'soon' }), /'soon' is no duration/);
});

test.run();
