import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../src/base/package.ts';
import { type PlannedCheck, type PlannedEdge, plannedEdge } from '../../../src/plan/schema.ts';
import { presets, resolveEdge } from '../../../src/presets/index.ts';
import { presetNames, scenario } from '../../../src/scenario/schema.ts';

test('every preset that a scenario may name is there, valid, and names its sources', () => {
  assert.equal(Object.keys(presets).sort(), [...presetNames].sort());
  for (const name of presetNames) {
    const preset = plannedEdge.parse(presets[name]);
    assert.is(preset.preset, name);
    assert.ok(preset.source.length > 30, name);
  }
});

/** Lines of a preset file that give a value without a source: no comment on the line, nor right above it. */
function withoutSource(text: string): string[] {
  const lines = text.split('\n');
  const value =
    /^( {2}(?!preset:|source:|checks: \{|http: \{|backends: \{$)(\.\.\.\w+|\w+:)| {4}(Cluster|Local|\w+Ms|retries):| {6}['\w-]+: \d)/;
  return lines.flatMap((line, index) => {
    if (!value.test(line)) return [];
    const cited = line.includes('//') || (lines[index - 1] ?? '').trim().startsWith('//');
    return cited ? [] : [line.trim()];
  });
}

test('every field of a preset has its source on its line or right above it', () => {
  for (const name of presetNames) {
    const text = readFileSync(`${packageRoot()}/src/presets/${name}.ts`, 'utf8');
    assert.equal(withoutSource(text), [], name);
  }
});

test('a field of a balancer that speaks HTTP without a source is found', () => {
  const text = readFileSync(`${packageRoot()}/src/presets/aws-alb.ts`, 'utf8');
  const bare = text.replaceAll(/^ *\/\/.*\n/gm, '').replaceAll(/ \/\/.*$/gm, '');
  const { http } = presets['aws-alb'];
  const found = withoutSource(bare).map((line) => line.split(':')[0]?.replaceAll("'", ''));
  const { answers = {}, ...others } = { ...http };
  for (const field of [...Object.keys(others), ...Object.keys(answers)])
    assert.ok(found.includes(field), field);
});

test('a field without a source is found', () => {
  const text = readFileSync(`${packageRoot()}/src/presets/metallb-l2.ts`, 'utf8');
  const bare = text.replaceAll(/^ *\/\/.*\n/gm, '').replaceAll(/ \/\/.*$/gm, '');
  const fields = Object.keys(presets['metallb-l2']).filter(
    (key) => !['preset', 'source', 'checks'].includes(key),
  );
  const found = withoutSource(bare).map((line) => line.split(':')[0]);
  assert.equal(found.sort(), [...fields, 'Cluster', 'Local'].sort());
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
      'gke-neg 25 7',
      'gke-instance-group 25 7',
      'gke-target-pool 25 25',
      'gke-ilb-subsetting 25 7',
      'aws-nlb-lbc 40 26',
      'aws-nlb-lbc-keep 40 26',
      'aws-nlb-intree 100 26',
      'aws-clb 65 65',
      'azure 15 15',
      'azure-shared-probe 15 15',
      'azure-multi-slb 15 15',
      'digitalocean-network 14 14',
      'digitalocean-regional 24 24',
      'octavia 24 24',
      'hetzner 55 55',
      'metallb-l2 5.5 5.5',
      'metallb-bgp 95 95',
      'cloud-provider-kind 10 10',
      'cloud-provider-kind-old 24 24',
      'haproxy 4 4',
      'aws-alb 35 35',
      'haproxy-http 4 4',
      'pod-direct 40 40',
    ],
  );
});

/*
 * Every constant of every preset, written down a second time from its sources: a preset that changes must be changed here
 * too. Checks: kind port interval time-out unhealthy healthy, in seconds. Then: reconcile delay, ejected, drain, removed, all
 * unhealthy, panic share, new target, backends under Cluster and Local, flip with address gone and group swap, delays of
 * verdict and removal, spread, no target, outside the source ranges, interval from, out on 503, connect time-out.
 */
const table = `
gke-neg passthrough http healthz 8 1 3 1 http healthCheckNodePort 3 1 2 1 5 persist 30 silence all 0 unhealthy nodes<=250 ingress-nodes<=3000 backend-set 0 0 0 0 each drop drop start no 0
gke-instance-group passthrough http healthz 8 1 3 1 http healthCheckNodePort 3 1 2 1 5 persist 30 silence all 0 unhealthy nodes nodes check 0 0 0 0 each drop drop start no 0
gke-target-pool passthrough http healthz 8 1 3 1 http healthCheckNodePort 8 1 3 1 5 persist 0 silence all 0 unhealthy nodes nodes recreate-address 180 0 0 0 each drop drop start no 0
gke-ilb-subsetting passthrough http healthz 8 1 3 1 http healthCheckNodePort 3 1 2 1 5 persist 30 silence all 0 unhealthy nodes<=25 ingress-nodes<=250 backend-set 0 0 0 0 each drop drop start no 0
aws-nlb-lbc passthrough tcp nodePort 10 10 3 3 http healthCheckNodePort 10 6 2 2 10 reset 300 persist all 0 unhealthy nodes nodes check 0 0 35 120 each reset drop start no 0
aws-nlb-lbc-keep passthrough tcp nodePort 10 10 3 3 http healthCheckNodePort 10 6 2 2 10 persist 300 persist all 0 unhealthy nodes nodes check 0 0 35 120 each reset drop start no 0
aws-nlb-intree passthrough tcp nodePort 30 10 3 3 http healthCheckNodePort 10 6 2 2 10 reset 300 persist all 0 unhealthy nodes nodes new-target-group 0 15 35 120 each reset drop start no 0
aws-clb proxy tcp nodePort 10 5 6 2 http healthCheckNodePort 10 5 6 2 5 reset 0 reset none 0 unhealthy nodes nodes check 0 0 0 0 each reset drop start no 10
azure passthrough tcp nodePort 5 5 2 1 http healthCheckNodePort 5 5 2 1 20 persist 0 persist none 0 unhealthy nodes nodes check 0 0 0 0 each drop drop start yes 0
azure-shared-probe passthrough http healthz 5 5 2 1 http healthCheckNodePort 5 5 2 1 20 persist 0 persist none 0 unhealthy nodes nodes check 0 0 0 0 each drop drop start yes 0
azure-multi-slb passthrough tcp nodePort 5 5 2 1 http healthCheckNodePort 5 5 2 1 30 persist 0 persist none 0 unhealthy nodes ingress-nodes backend-set 0 0 0 0 each drop drop start yes 0
digitalocean-network passthrough http healthz 3 5 3 5 http healthCheckNodePort 3 5 3 5 15 persist 0 silence none 0 unhealthy nodes nodes check 0 0 0 0 each drop drop start no 0
digitalocean-regional proxy http healthz 3 5 3 5 http healthCheckNodePort 3 5 3 5 15 persist 0 persist none 0 healthy nodes nodes check 0 0 0 0 each reset drop end no 5
octavia proxy tcp nodePort 5 3 3 1 http healthCheckNodePort 5 3 3 1 10 persist 0 persist none 0 healthy nodes nodes check 0 0 0 0 each reset drop end no 5
hetzner proxy tcp nodePort 15 10 3 3 tcp nodePort 15 10 3 3 5 persist 0 persist none 0 unhealthy nodes nodes nothing 0 0 0 0 each reset ignored start no 5
metallb-l2 passthrough http healthz 1 0.5 5 1 http healthz 1 0.5 5 1 0.5 reset 0 reset none 0 healthy nodes ingress-nodes backend-set 0 0 0 0 one-node drop drop start no 0
metallb-bgp passthrough http healthz 30 5 3 1 http healthz 30 5 3 1 1 reset 0 reset none 0 healthy nodes ingress-nodes backend-set 0 0 0 0 ecmp drop drop start no 0
cloud-provider-kind proxy http healthz 2 3 2 1 http healthCheckNodePort 2 3 2 1 1 persist 0 persist none 0 unhealthy nodes nodes check 0 0 0 0 each reset reset end yes 3
cloud-provider-kind-old proxy http healthz 3 5 3 1 http healthCheckNodePort 3 5 3 1 1 persist 0 persist all 0.5 unhealthy nodes nodes restart 1 0 0 0 each reset ignored end yes 5
haproxy proxy http healthz 1 1 2 1 http healthCheckNodePort 1 1 2 1 1.3 persist 0 persist none 0 healthy nodes nodes reload 0 0 0 0 each reset ignored end no 2
aws-alb proxy http nodePort 15 5 2 2 http nodePort 15 5 2 2 5 persist 300 reset all 0 unhealthy nodes nodes nothing 0 0 0 0 each reset ignored start no 10
haproxy-http proxy http healthz 1 1 2 1 http healthCheckNodePort 1 1 2 1 1.3 persist 0 persist none 0 healthy nodes nodes reload 0 0 0 0 each reset ignored end no 2
pod-direct passthrough tcp pod 10 10 3 3 tcp pod 10 10 3 3 2 reset 300 persist all 0 unhealthy pods pods nothing 0 0 35 120 each reset drop start no 0
custom passthrough http healthz 5 2 2 2 http healthCheckNodePort 5 2 2 2 1 persist 0 persist all 0 unhealthy nodes nodes check 0 0 0 0 each reset drop start no 5
`;

test('every constant of every preset is that of its sources', () => {
  const words = (name: (typeof presetNames)[number]) => {
    const edge = presets[name];
    const { mode, checks } = edge;
    const backends = ({ from, max }: PlannedEdge['backends']['Local']) =>
      max === null ? from : `${from}<=${max}`;
    const check = ({
      kind,
      port,
      intervalMs,
      timeoutMs,
      unhealthyThreshold,
      healthyThreshold,
    }: PlannedCheck) =>
      [kind, port, intervalMs / 1000, timeoutMs / 1000, unhealthyThreshold, healthyThreshold].join(' ');
    const seconds = (key: 'reconcileDelayMs' | 'drainTimeoutMs' | 'addressGoneMs' | 'groupSwapMs') =>
      edge[key] / 1000;
    return [
      ...[
        name,
        mode,
        check(checks.Cluster),
        check(checks.Local),
        seconds('reconcileDelayMs'),
        edge.onEjected,
      ],
      ...[seconds('drainTimeoutMs'), edge.onRemoved, edge.allUnhealthy, edge.panicThreshold, edge.newTarget],
      ...[backends(edge.backends.Cluster), backends(edge.backends.Local), edge.onFlip],
      ...[seconds('addressGoneMs'), seconds('groupSwapMs'), edge.verdictDelayMs / 1000],
      ...[edge.removalDelayMs / 1000, edge.spread, edge.noTarget, edge.sourceRanges, edge.checkIntervalFrom],
      ...[edge.ejectOn503 ? 'yes' : 'no', edge.upstreamConnectTimeoutMs / 1000],
    ].join(' ');
  };
  const lines = table.trim().split('\n');
  assert.equal(presetNames.map(words).sort(), lines.map((line) => line.replace(/ +/g, ' ')).sort());
  for (const { checks, preset } of Object.values(presets))
    for (const { kind, path, statuses } of Object.values(checks)) {
      const asksIngress = preset === 'aws-alb';
      assert.is(path, kind === 'tcp' ? '' : asksIngress ? '/' : '/healthz', preset);
      assert.equal(statuses, asksIngress ? [200, 404] : undefined, preset);
    }
});

/*
 * Idle time-out, kept connections of clients and to nodes, in seconds; retries; answers for no target, refused, connect time-out,
 * closed, silent, malformed.
 */
const httpTable = `
aws-alb 60 60 60 0 503 502 504 502 504 502
haproxy-http 60 60 5 3 503 503 503 502 504 502
`;

test('every constant of the balancers that speak HTTP is that of its sources', () => {
  const found = presetNames.flatMap((name) => {
    const { http } = presets[name];
    if (http === undefined) return [];
    const seconds = [http.idleTimeoutMs, http.keepAliveMs, http.poolIdleMs].map((ms) => ms / 1000);
    return [[name, ...seconds, http.retries, ...Object.values(http.answers)].join(' ')];
  });
  assert.equal(found, httpTable.trim().split('\n'));
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
      preset: 'gke-instance-group',
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
  assert.equal(resolved.checks.Cluster, {
    ...presets['gke-instance-group'].checks.Cluster,
    intervalMs: 1500,
  });
  assert.equal(resolved.checks.Local, presets['gke-instance-group'].checks.Local);
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
  assert.is(presets['gke-instance-group'].reconcileDelayMs, 5000);
});

test("a cloud's name alone is its default of today, and reports that", () => {
  for (const [alias, preset] of [
    ['gke', 'gke-neg'],
    ['digitalocean', 'digitalocean-network'],
  ] as const) {
    const { edge, notices } = resolveEdge(alias);
    assert.is(edge.preset, preset);
    assert.is(notices.length, 1);
    assert.match(notices[0] ?? '', new RegExp(`edge.preset ${alias} is taken as ${preset}`));
  }
  assert.equal(resolveEdge('gke-neg').notices, []);
});

test('a set that the flip swaps differs between the policies, and no other does', () => {
  for (const { preset, backends, onFlip } of Object.values(presets)) {
    const differs =
      backends.Cluster.from !== backends.Local.from || backends.Cluster.max !== backends.Local.max;
    assert.is(onFlip === 'backend-set', differs, preset);
  }
});

test('a duration that is none is refused', () => {
  assert.throws(() => resolveEdge('gke-neg', { reconcileDelay: 'soon' }), /'soon' is no duration/);
});

test.run();
