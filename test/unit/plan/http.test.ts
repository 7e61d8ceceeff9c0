import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlan } from '../../../src/plan/make.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { problemsIn } from '../../support/problems.ts';

const planOf = (edge: string, ingress = '{}', policies: readonly string[] = ['Cluster']) =>
  makePlan(
    parseScenario(
      `name: l7
nodes: [{ name: n, count: 2 }]
ingress: ${ingress}
edge: ${edge}
policies: [${policies.map((name) => `'${name}'`).join(', ')}]
timeScale: 4
load: [{ kind: probe, rate: 4 }]
`,
      'x.yaml',
    ),
    { cluster: 'embedded' },
  );
const problemsOf = (...args: Parameters<typeof planOf>) =>
  problemsIn(() => planOf(...args)).map(({ line, what, hint }) => [line, what, hint]);

test('the idle time-out of a balancer that speaks HTTP can be set, and its answers are those of the preset', () => {
  const { http, checks } = planOf('{ preset: aws-alb, overrides: { idleTimeout: 2m } }').edge;
  assert.is(http?.idleTimeoutMs, 120_000);
  assert.is(http?.answers.silent, 504);
  assert.equal(checks.Cluster.statuses, [200, 404]);
});

test('a check of another port has no statuses of the one that it replaces', () => {
  const { checks } = planOf(
    '{ preset: aws-alb, overrides: { checks: { Cluster: { port: healthz, path: /healthz } } } }',
  ).edge;
  assert.is(checks.Cluster.statuses, undefined);
  assert.equal(checks.Local.statuses, [200, 404]);
});

test('what only one kind of balancer can do is refused for the other', () => {
  assert.equal(problemsOf('{ preset: haproxy, overrides: { idleTimeout: 2m } }'), [
    [
      4,
      'edge.overrides.idleTimeout is of a balancer that speaks HTTP, and haproxy passes connections on',
      'remove it, or use aws-alb or haproxy-http',
    ],
  ]);
  assert.equal(problemsOf('{ preset: aws-alb }', '{ tls: true }'), [
    [
      3,
      'aws-alb reads HTTP itself, and ingress.tls has TLS end behind it',
      'remove ingress.tls, or choose another edge.preset',
    ],
  ]);
  assert.equal(problemsOf('{ preset: aws-alb, overrides: { mode: passthrough } }'), [
    [
      4,
      'aws-alb speaks HTTP, so it makes connections of its own',
      'remove mode, or choose another edge.preset',
    ],
  ]);
  for (const override of ['onRemoved: silence', 'onFlip: recreate-address'])
    assert.equal(problemsOf(`{ preset: haproxy-http, overrides: { ${override} } }`), [
      [
        4,
        `edge.overrides.${override} is of a balancer that passes packets on, and haproxy-http speaks HTTP`,
        'remove it, or choose another edge.preset',
      ],
    ]);
});

test('a flip behind a balancer that speaks HTTP is not predicted, and the report says why', () => {
  const said = (edge: string, policies: readonly string[]) =>
    planOf(edge, '{ replicas: 2 }', policies).notices.filter((notice) => notice.includes('not predicted'));
  assert.is(said('{ preset: aws-alb }', ['Cluster->Local']).length, 1);
  assert.is(said('{ preset: aws-alb }', ['Cluster', 'Local']).length, 0);
  assert.is(said('{ preset: haproxy }', ['Cluster->Local']).length, 0);
});

test.run();
