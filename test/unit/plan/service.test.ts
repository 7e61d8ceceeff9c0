import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlan } from '../../../src/plan/make.ts';
import { ScenarioError } from '../../../src/scenario/error.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { ingressService } from '../../../src/workload/manifests.ts';
import { problemsIn } from '../../support/problems.ts';

const planOf = (service: string, zone = '') =>
  makePlan(
    parseScenario(
      `name: service
nodes: [{ name: n, count: 2${zone} }, { name: m, count: 1 }]
service: ${service}
load: [{ kind: probe, rate: 4 }]
policies: [Local]
`,
      'x.yaml',
    ),
    { cluster: 'kind' },
  );
const clients = ['127.9.8.241/32', '127.9.8.242/32'];
const specOf = (service: string) => ingressService('Local', planOf(service).service, clients, {}).spec;
/** Line, column, what and hint of each problem. */
const problemsOf = (service: string, zone = '') =>
  problemsIn(() => planOf(service, zone)).map(({ line, col, what, hint }) => [line, col, what, hint]);

test('TLS at the ingress: the load uses port 443, and port 80 stays open', () => {
  const portsOf = (tls: boolean) =>
    ingressService('Local', planOf('{}').service, clients, { tls }).spec?.ports?.map(
      ({ name, port, targetPort }) => [name, port, targetPort],
    );
  assert.equal(portsOf(true), [
    ['websecure', 443, 8443],
    ['web', 80, 8000],
  ]);
  assert.equal(portsOf(false), [['web', 80, 8000]]);
});

test('by default the Service has neither affinity nor a preference', () => {
  assert.equal(planOf('{}').service, {
    affinitySeconds: null,
    trafficDistribution: null,
    internalTrafficPolicy: 'Cluster',
    sourceRanges: [],
  });
  const spec = specOf('{}');
  assert.equal(Object.keys(spec ?? {}).sort(), [
    'externalTrafficPolicy',
    'internalTrafficPolicy',
    'ports',
    'selector',
    'type',
  ]);
});

test('an affinity goes into the Service in whole seconds, three hours by default', () => {
  assert.is(specOf('{ sessionAffinity: ClientIP }')?.sessionAffinityConfig?.clientIP?.timeoutSeconds, 10_800);
  const spec = specOf('{ sessionAffinity: ClientIP, sessionAffinityTimeout: 90500ms }');
  assert.equal(
    [spec?.sessionAffinity, spec?.sessionAffinityConfig],
    ['ClientIP', { clientIP: { timeoutSeconds: 91 } }],
  );
});

test('a preference is set on the Service; one for zones needs zones, and the error names where one is missing', () => {
  assert.is(specOf('{ trafficDistribution: PreferSameNode }')?.trafficDistribution, 'PreferSameNode');
  try {
    planOf('{ trafficDistribution: PreferSameZone }', ', zone: a');
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ScenarioError);
    const [problem] = (error as ScenarioError).problems;
    assert.equal(
      [problem?.line, problem?.col, problem?.what, problem?.hint],
      [
        3,
        12,
        "trafficDistribution: PreferSameZone needs a zone on every node, and pool 'm' has none",
        "add zone: NAME to the pool 'm'",
      ],
    );
  }
});

test("a pool's zone is the label that Kubernetes knows", () => {
  const labels = planOf('{}', ', zone: eu-1a').nodes.map(
    (node) => node.labels['topology.kubernetes.io/zone'],
  );
  assert.equal(labels, ['eu-1a', 'eu-1a', undefined]);
});

test('internalTrafficPolicy goes into the Service, Cluster by default', () => {
  assert.is(specOf('{}')?.internalTrafficPolicy, 'Cluster');
  assert.is(specOf('{ internalTrafficPolicy: Local }')?.internalTrafficPolicy, 'Local');
});

test('source ranges go into the Service, client as the ranges that the load comes from', () => {
  assert.equal(specOf('{ loadBalancerSourceRanges: [10.0.0.0/8, client] }')?.loadBalancerSourceRanges, [
    '10.0.0.0/8',
    ...clients,
  ]);
});

test('a source range must be valid for the API server, and must not be listed twice', () => {
  assert.equal(problemsOf('{ loadBalancerSourceRanges: [192.0.2.7, 10.0.0.0/33, 2001:db8::1] }'), [
    [3, 39, '"192.0.2.7" is not an address range', 'write 192.0.2.7/32 or client'],
    [3, 50, '"10.0.0.0/33" is not an address range', 'write 10.0.0.0/8, 192.0.2.7/32 or client'],
    [3, 63, '"2001:db8::1" is not an address range', 'write 2001:db8::1/128 or client'],
  ]);
  assert.equal(problemsOf('{ loadBalancerSourceRanges: [10.0.0.0/8, client, 10.0.0.0/8] }'), [
    [3, 59, "duplicate address range '10.0.0.0/8'", 'remove one'],
  ]);
});

test('client means nothing for load that comes from pods', () => {
  const text = `name: service
nodes: [{ name: n, count: 2 }]
service: { loadBalancerSourceRanges: [10.0.0.0/8, client] }
load: [{ kind: probe, rate: 4, agents: {} }]
policies: [Local]
`;
  try {
    parseScenario(text, 'x.yaml');
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ScenarioError);
    const [problem] = (error as ScenarioError).problems;
    assert.equal(
      [problem?.line, problem?.col, problem?.what],
      [3, 51, "'client' is not known for load that comes from pods (agents)"],
    );
  }
});

test.run();
