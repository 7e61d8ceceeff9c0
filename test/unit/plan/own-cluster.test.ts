import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FoundCluster } from '../../../src/plan/found.ts';
import { makePlan, type PlanOptions } from '../../../src/plan/make.ts';
import { plan as planSchema } from '../../../src/plan/schema.ts';
import { settingsOf } from '../../../src/plan/settings.ts';
import { plannedTargets } from '../../../src/plan/target.ts';
import { resolveEdge } from '../../../src/presets/resolve.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { problemsIn } from '../../support/problems.ts';

const base = `name: base
load: [{ kind: streams, concurrency: 10, duration: 90s }, { kind: probe, rate: 4 }]
policies: [Cluster, Local]
fault: { kind: pod-delete, target: { runs: ingress } }
providers:
  context: { service: web/traefik, url: 'https://shop.example/slow?x=1' }
`;
const allowed = { 'midflight.dev/chaos': 'allowed' };
const node = (name: string, labels: Record<string, string> = {}) => ({
  ...{ name, pool: 'web', preemptible: false, labels, taints: [] },
});
const found: FoundCluster = {
  context: 'prod',
  nodes: [node('a', allowed), node('b'), node('c', allowed), node('d')],
  pods: {
    ...{ kind: 'Deployment', replicas: 3, nodeSelector: {}, tolerations: [] },
    ...{ terminationGraceMs: 45_000, preStopMs: 5000, on: { a: 2, b: 1 } },
  },
  service: {
    affinitySeconds: null,
    trafficDistribution: 'PreferSameZone',
    internalTrafficPolicy: 'Cluster',
    sourceRanges: [],
  },
  edge: resolveEdge('haproxy').edge,
  evidence: 'seen: a label',
};

type Options = Partial<Omit<PlanOptions, 'found'>> & { readonly found?: FoundCluster | undefined };

const planOf = (text: string, options: Options = {}) => {
  const { found: seen, ...rest } = { cluster: 'context' as const, found, ...options };
  return makePlan(parseScenario(text, 'x.yaml'), { ...rest, ...(seen === undefined ? {} : { found: seen }) });
};

/** `line:col what` of each problem. */
const problemsOf = (work: () => unknown) =>
  problemsIn(work).map(({ line, col, what }) => `${line}:${col} ${what}`);

test("an existing cluster's own settings replace those of the scenario for a cluster that is made", () => {
  const plan = planOf(base);
  assert.equal(planSchema.parse(plan), plan);
  assert.equal(
    plan.nodes.map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  );
  assert.equal(plan.ownCluster, {
    context: 'prod',
    service: { namespace: 'web', name: 'traefik' },
    url: 'https://shop.example/slow?x=1',
    ...{ address: null, probePath: null, maxNodes: 1, deleteEmptydirData: false },
    ...{ maxLost: null, maxFailed: null },
    optIn: { key: 'midflight.dev/chaos', value: 'allowed' },
  });
  assert.is(plan.edge.preset, 'haproxy');
  assert.is(plan.service.trafficDistribution, 'PreferSameZone');
  assert.match(plan.notices.join(), 'the balancer is haproxy (seen: a label): it is not ours');
});

test('parts of the file that the cluster decides are left out, and that is reported', () => {
  const pools = 'nodes: [{ name: stable, count: 2 }]\ntimers: { nodeMonitorPeriod: 1s }\n';
  const plan = planOf(`${base}${pools}`);
  assert.is(plan.nodes.length, 4);
  assert.match(plan.notices.join(), 'nodes, timers of the file are left out: the cluster has its own');
  assert.not.match(planOf(base).notices.join(), 'left out');
});

test('a balancer that the file names goes before the one that was found', () => {
  const named = { ...found, edge: null };
  assert.is(planOf(`${base}edge: { preset: azure }\n`, { found: named }).edge.preset, 'azure');
});

test('settings that no object of the API shows are not claimed', () => {
  assert.equal(settingsOf(planOf(base)), {
    'ingress terminationGracePeriod': '45 s',
    'ingress preStop sleep': '5 s',
    'service sessionAffinity': 'None',
    'service trafficDistribution': 'PreferSameZone',
  });
});

test('a fault chooses among the nodes that allow it, by the pods on them', () => {
  assert.equal(plannedTargets(planOf(base)), [['a']]);
  const idle = base.replace('pod-delete, target: { runs: ingress }', 'drain, target: { runs: nothing }');
  assert.equal(plannedTargets(planOf(idle)), [['c']]);
  const own = base.replace("slow?x=1'", "slow?x=1', optIn: team/chaos=yes");
  assert.match(
    problemsOf(() => planOf(own)).join(),
    '4:28 fault.target matches no node: no node satisfies labels: {"team/chaos":"yes"}',
  );
});

test('what cannot be done there is refused by line and column', () => {
  const problems = (from: string, to: string) => problemsOf(() => planOf(base.replace(from, to)));
  assert.match(problems('pod-delete', 'power-off').join(), /^4:10 power-off is not injected into a cluster/);
  assert.match(problems('pod-delete', 'rollout').join(), 'fault.target has no meaning');
  assert.equal(problems('runs: ingress', 'runs: app'), [
    '4:38 which pods answer behind the Service is not known on a cluster of yours',
  ]);
  assert.match(problems('target:', 'pod: app, target:').join(), '4:28 which pods answer behind');
  assert.match(
    problems('[Cluster, Local]', "['Cluster->Local/parallel-service']").join(),
    /^3:1 Cluster->Local\/parallel-service moves clients/,
  );
  assert.match(
    problems('rate: 4 }', 'rate: 4 }, { kind: autocannon, rate: 4 }').join(),
    /^2:.* autocannon asks for pages of midflight's own app/,
  );
});

test('a command is planned as words, for a cluster of yours alone', () => {
  const byCommand = base.replace(
    'pod-delete,',
    "command, timeout: 2m, command: 'stop {name} --zone \"{zone}\"', recover: 'start {name}',",
  );
  const plan = planOf(byCommand);
  assert.equal(plan.fault?.commands, {
    command: ['stop', '{name}', '--zone', '{zone}'],
    recover: ['start', '{name}'],
  });
  assert.equal(plan.fault?.parameters, { timeout: 120_000 });
  assert.equal(planSchema.parse(plan), plan);
  for (const cluster of ['embedded', 'kind'] as const)
    assert.equal(
      problemsOf(() => planOf(`${byCommand}nodes: [{ name: a, count: 2 }]\n`, { cluster, found: undefined })),
      [
        `4:10 command is for a cluster of yours only: a node of the ${cluster} cluster is no machine that a command of yours knows`,
      ],
    );
});

test('what only a log of connections shows cannot be expected; what clients meet can', () => {
  const expecting = (line: string) => problemsOf(() => planOf(`${base}expect: { all: { ${line} } }\n`));
  for (const metric of ['predictedMatches: true', 'lostAtFault: 0', 'lost.transit: 0', 'edgeEjected: "< 9s"'])
    assert.match(
      expecting(metric).join(),
      /^7:18 '.*' cannot be measured: the balancer of a cluster/,
      metric,
    );
  for (const metric of ['lost: 0', 'lost.share: "< 20%"', 'failover: "< 9s"'])
    assert.equal(expecting(metric), [], metric);
});

test('the same file without nodes runs nowhere else; with nodes it does', () => {
  assert.equal(
    problemsOf(() => planOf(base, { cluster: 'embedded', found: undefined })),
    ["1:1 'nodes' is missing, and the embedded cluster is made of them"],
  );
  const both = `${base}nodes: [{ name: stable, count: 2 }]\n`;
  const plan = makePlan(parseScenario(both, 'x.yaml'), { cluster: 'embedded' });
  assert.is(plan.ownCluster, undefined);
  assert.is(plan.nodes.length, 2);
});

test('before anybody has looked, the file alone is checked', () => {
  const plan = makePlan(parseScenario(base, 'x.yaml'), { cluster: 'context' });
  assert.equal([plan.nodes, plan.ownCluster], [[], undefined]);
});

test('the block itself: what is missing, and what it cannot be', () => {
  const problems = (block: string) =>
    problemsOf(() => parseScenario(base.replace(/ {2}context:.*/, `  context: ${block}`), 'x.yaml'));
  assert.equal(problems('{ service: web/traefik }'), ["6:3 'url' is missing"]);
  assert.equal(problems("{ url: 'http://a/' }"), ["1:1 'nodes' is missing", "6:3 'service' is missing"]);
  assert.match(problems("{ service: traefik, url: 'http://a/' }").join(), 'service');
  for (const url of ['ftp://a/', 'shop', 'http://user:secret@a/'])
    assert.match(problems(`{ service: web/t, url: '${url}' }`).join(), /^6:30 'providers.context.url'/, url);
  assert.not.match(problems("{ service: web/t, url: 'http://user:secret@a/' }").join(), 'secret');
  for (const more of ['optIn: chaos', 'maxNodes: 0', 'address: shop', 'probePath: healthz'])
    assert.match(problems(`{ service: web/t, url: 'http://a/', ${more} }`).join(), /^6:/, more);
  const elsewhere = base.replace('  context:', "  kind: { url: 'http://a/' }\n  context:");
  assert.equal(
    problemsOf(() => parseScenario(elsewhere, 'x.yaml')),
    ['6:11 url is for context clusters only'],
  );
});

test.run();
