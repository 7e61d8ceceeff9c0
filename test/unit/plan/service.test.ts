import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlan } from '../../../src/plan/make.ts';
import { ScenarioError } from '../../../src/scenario/error.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { ingressService } from '../../../src/workload/manifests.ts';

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
const specOf = (service: string) => ingressService('Local', planOf(service).service).spec;

test('by default the Service has neither affinity nor a preference', () => {
  assert.equal(planOf('{}').service, { affinitySeconds: null, trafficDistribution: null });
  const spec = specOf('{}');
  assert.equal(
    [spec?.sessionAffinity, spec?.sessionAffinityConfig, spec?.trafficDistribution],
    [undefined, undefined, undefined],
  );
});

test('an affinity goes into the Service in whole seconds, three hours by default', () => {
  assert.is(specOf('{ sessionAffinity: ClientIP }')?.sessionAffinityConfig?.clientIP?.timeoutSeconds, 10_800);
  const spec = specOf('{ sessionAffinity: ClientIP, sessionAffinityTimeout: 90500ms }');
  assert.equal(
    [spec?.sessionAffinity, spec?.sessionAffinityConfig],
    ['ClientIP', { clientIP: { timeoutSeconds: 91 } }],
  );
});

test('a preference goes into the Service; one for zones needs zones, and says where one is missing', () => {
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

test.run();
