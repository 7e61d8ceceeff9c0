import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { images } from '../../../src/cluster/images.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { ingressPod } from '../../../src/providers/embedded/pods.ts';
import { traefikPod } from '../../../src/providers/kind/traefik.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { controllerOf } from '../../../src/workload/manifests.ts';
import { problemsIn } from '../../support/problems.ts';

const planOf = (ingress: string, edge = '{}', policies = '[Cluster, Local]') =>
  makePlan(
    parseScenario(
      `name: host
nodes: [{ name: n, count: 2, labels: { p: x } }, { name: m, count: 1 }]
ingress: ${ingress}
edge: ${edge}
policies: ${policies}
load: [{ kind: probe, rate: 4 }]
`,
      'x.yaml',
    ),
    { cluster: 'embedded' },
  );
const problemsOf = (...args: Parameters<typeof planOf>) =>
  problemsIn(() => planOf(...args)).map(({ line, col, what, hint }) => [line, col, what, hint]);
const daemon = (more: string) => `{ kind: DaemonSet, nodeSelector: { p: x }, ${more} }`;

test('without a port of the node the balancer sends to the node port, as the preset checks it', () => {
  const { ingress, edge } = planOf('{}');
  assert.equal([ingress.hostNetwork, ingress.hostPort, edge.hostPort], [undefined, undefined, undefined]);
  assert.is(edge.checks.Local.port, 'healthCheckNodePort');
});

test('with one it sends there, checks that very port at the pace of the preset, and a flip changes nothing', () => {
  for (const [key, forwarded] of [
    ['hostPort', true],
    ['hostNetwork', false],
  ] as const) {
    const { edge } = planOf(daemon(`${key}: true`));
    assert.equal(edge.hostPort, { port: 8000, forwarded }, key);
    for (const [policy, every] of [
      ['Cluster', 8000],
      ['Local', 3000],
    ] as const) {
      const { kind, port, intervalMs } = edge.checks[policy];
      assert.equal([kind, port, intervalMs], ['tcp', 'pod', every]);
      assert.equal(edge.backends[policy], { from: 'nodes', max: null });
    }
    assert.equal([edge.onFlip, edge.pinCheck], ['nothing', null]);
  }
});

test('a check of a port that the scenario numbers stays; sendsTo: nodePort leaves all as it is', () => {
  const numbered = '{ overrides: { checks: { Local: { port: 8082, path: /ping } } } }';
  const { checks } = planOf(daemon('hostNetwork: true'), numbered).edge;
  assert.equal([checks.Local.kind, checks.Local.port, checks.Local.path], ['http', 8082, '/ping']);
  const { edge } = planOf(daemon('hostNetwork: true'), '{ overrides: { sendsTo: nodePort } }');
  assert.equal(edge.hostPort, undefined);
  assert.is(edge.checks.Local.port, 'healthCheckNodePort');
  assert.is(
    planOf(daemon('hostPort: true'), '{ preset: pod-direct }').edge.hostPort,
    undefined,
    'pods are its targets',
  );
});

test('what cannot be is refused at its place', () => {
  assert.equal(problemsOf('{}', '{ overrides: { sendsTo: hostPort } }'), [
    [
      4,
      22,
      'edge.overrides.sendsTo is hostPort, and the ingress has no port of its nodes on embedded',
      'add ingress.hostNetwork: true or ingress.hostPort: true',
    ],
  ]);
  assert.equal(problemsOf('{ nodeSelector: { p: x }, hostPort: true, replicas: 3 }'), [
    [
      3,
      52,
      '3 ingress pods with a port of their node need as many nodes, and 2 fit',
      'set replicas to at most 2, or kind: DaemonSet',
    ],
  ]);
  const steps = problemsOf(daemon('hostPort: true'), '{}', '[Cluster->Local, Cluster->Local/exclude-first]');
  assert.equal(
    steps.map(([line, col, what]) => [line, col, what]),
    [
      [
        5,
        1,
        'Cluster->Local/exclude-first has nothing to change: the balancer sends to a port of the nodes, past the Service',
      ],
    ],
  );
});

test('with TLS at the ingress it is the port of that, and the node has both', () => {
  const plan = planOf(daemon('hostPort: true, tls: true'));
  assert.equal(plan.edge.hostPort, { port: 8443, forwarded: true });
  const { spec } = controllerOf(plan.ingress, ingressPod(plan, [])).body.spec?.template ?? {};
  assert.equal(
    spec?.containers[0]?.ports?.map(({ containerPort, hostPort }) => [containerPort, hostPort]),
    [
      [8000, 8000],
      [8443, 8443],
      [8082, undefined],
    ],
  );
});

test('the pods of both clusters ask for it', () => {
  for (const shapeOf of [
    (plan: ReturnType<typeof planOf>) => ingressPod(plan, []),
    (plan: ReturnType<typeof planOf>) => traefikPod(plan, images.ingress),
  ]) {
    const podOf = (ingress: string) => {
      const plan = planOf(ingress);
      const spec = controllerOf(plan.ingress, shapeOf(plan)).body.spec?.template.spec;
      return [spec?.hostNetwork, spec?.dnsPolicy, spec?.containers[0]?.ports?.[0]?.hostPort];
    };
    assert.equal(podOf('{}'), [undefined, undefined, undefined]);
    assert.equal(podOf(daemon('hostPort: true')), [undefined, undefined, 8000]);
    assert.equal(podOf(daemon('hostNetwork: true')), [true, 'ClusterFirstWithHostNet', undefined]);
  }
});

test.run();
