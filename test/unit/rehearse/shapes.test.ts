import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { presetAnnotation } from '../../../src/kube/names.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { placementOf } from '../../../src/plan/placement.ts';
import { presetNames } from '../../../src/scenario/schema.ts';
import { daemonSet, deployment, node, service, slice, spot } from '../../support/audit.ts';
import { rehearsed } from '../../support/rehearse.ts';

const names = (count: number, prefix = 'n') =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const plain = (count: number, prefix?: string) => names(count, prefix).map((name) => node(name));

test('two ingress nodes and three preemptible ones: the shape of the trap, as it is', () => {
  const { scenario, plan } = rehearsed([
    service(),
    slice(['n0', 'n1']),
    deployment({ terminationGracePeriodSeconds: 75 }),
    ...plain(2),
    ...names(3, 'spot').map((name) => node(name, spot)),
  ]);
  assert.equal(
    scenario.nodes.map(({ name, count, preemptible }) => ({ name, count, preemptible })),
    [
      { name: 'ingress', count: 2, preemptible: false },
      { name: 'preemptible', count: 3, preemptible: true },
    ],
  );
  assert.equal([...placementOf(plan.nodes, plan.ingress).keys()], ['ingress-0', 'ingress-1']);
  assert.is(scenario.fault?.kind, 'preempt');
  assert.is(scenario.fault?.target.pool, 'preemptible');
  assert.is(scenario.ingress.terminationGracePeriod, '75s');
});

test('pools, zones, taints and the exclude label come over', () => {
  const pool = (name: string) => ({
    'cloud.google.com/gke-nodepool': name,
    'topology.kubernetes.io/zone': 'eu-a',
  });
  const taints = [{ key: 'edge', value: 'yes', effect: 'NoSchedule' }];
  const { scenario, plan, text } = rehearsed([
    service(),
    slice(['a', 'b']),
    deployment({ tolerations: [{ key: 'edge', operator: 'Exists' }] }),
    node('a', pool('Edge_Pool'), { taints, providerID: 'gce://p/z/a' }),
    node(
      'b',
      { ...pool('Edge_Pool'), 'node.kubernetes.io/exclude-from-external-load-balancers': '' },
      { taints },
    ),
    node('c', pool('work')),
    node('gone', pool('work'), { ready: 'False' }),
  ]);
  assert.equal(
    scenario.nodes.map(({ name, zone }) => [name, zone]),
    [
      ['edge-pool', 'eu-a'],
      ['edge-pool-b2', 'eu-a'],
      ['work', 'eu-a'],
    ],
  );
  assert.equal(scenario.nodes[0]?.taints, [{ key: 'edge', value: 'yes', effect: 'NoSchedule' }]);
  assert.is(scenario.nodes[1]?.labels['node.kubernetes.io/exclude-from-external-load-balancers'], 'true');
  assert.is(placementOf(plan.nodes, plan.ingress).size, 2, 'the pods tolerate the taint of their nodes');
  assert.match(text, 'is not Ready');
  assert.is(
    scenario.policies.includes('Cluster->Local/exclude-first'),
    false,
    'a pod runs on an excluded node',
  );
});

test('all nodes tainted: the pods tolerate what their nodes have', () => {
  const taints = [{ key: 'dedicated', value: 'x', effect: 'NoExecute' }];
  const { plan } = rehearsed([
    service(),
    slice(['n0']),
    ...names(3).map((name) => node(name, {}, { taints })),
  ]);
  assert.equal([...placementOf(plan.nodes, plan.ingress).keys()].length, 1);
});

test('one node alone: it is what dies', () => {
  const { scenario } = rehearsed([service(), slice(['n0', 'n0']), node('n0')]);
  assert.is(scenario.ingress.replicas, 2);
  assert.is(scenario.fault?.kind, 'power-off');
  assert.equal(scenario.expect, {}, 'Local loses requests there as well');
  assert.is(scenario.policies.includes('Cluster->Local/exclude-first'), false, 'there is no node to exclude');
});

test('500 nodes are scaled down, every kind of node stays, and the file states it', () => {
  const { scenario, plan, text } = rehearsed([
    service(),
    slice(names(20)),
    deployment({}, {}, { replicas: 20 }),
    ...plain(20),
    ...names(450, 'w').map((name) => node(name)),
    ...names(30, 's').map((name) => node(name, spot)),
  ]);
  assert.ok(plan.nodes.length <= 12, `${plan.nodes.length}`);
  assert.is(scenario.nodes.length, 3);
  assert.match(text.replaceAll('\n# ', ' '), /Scaled down: 500 nodes are 12 here, 20 ingress pods are 1\./);
  assert.match(text.replaceAll('\n# ', ' '), /96 % of the balancer's nodes there and 92 % here/);
});

test('40 pools in three zones are put together rather than left out', () => {
  const nodes = names(120).map((name, index) =>
    node(name, {
      'eks.amazonaws.com/nodegroup': `group-${index % 40}`,
      'topology.kubernetes.io/zone': `eu-${index % 3}`,
      ...(index % 2 === 0 ? { 'eks.amazonaws.com/capacityType': 'SPOT' } : {}),
    }),
  );
  const { scenario, plan } = rehearsed([service(), slice(['n1', 'n3']), ...nodes]);
  assert.ok(plan.nodes.length <= 12);
  assert.ok(scenario.nodes.some(({ preemptible }) => preemptible));
  assert.is(scenario.cloud, 'eks');
});

test('a DaemonSet on every node: nothing only passes connections on', () => {
  const set = { ...daemonSet('web', {}, 'shop') };
  const { scenario } = rehearsed([service({ selector: { own: 'web' } }), slice(names(3)), set, ...plain(3)]);
  assert.is(scenario.ingress.kind, 'DaemonSet');
  assert.equal(scenario.expect, {});
});

test('no ready endpoint: the pods are placed as their workload asks', () => {
  const { plan, text } = rehearsed([
    service(),
    deployment({ nodeSelector: { edge: 'yes' } }, {}, { replicas: 3 }),
    node('n0', { edge: 'yes' }),
    node('n1', { edge: 'yes' }),
    node('n2'),
  ]);
  assert.equal(
    [...placementOf(plan.nodes, plan.ingress)].map(([, pods]) => pods),
    [2, 1],
  );
  assert.match(text.replaceAll('\n# ', ' '), 'No ready endpoint is known');
});

test('rendered manifests hold no node: the assumption is stated', () => {
  const { plan, text } = rehearsed([service(), deployment()]);
  assert.is(plan.nodes.length, 5);
  assert.match(
    text.replaceAll('\n# ', ' '),
    'ASSUMED: no Node is known. 2 nodes with an ingress pod and 3 without',
  );
});

for (const [why, objects] of [
  ['neither endpoints nor a workload', [service(), node('n0')]],
  ['no node that fits', [service(), deployment({ nodeSelector: { edge: 'yes' } }), node('n0')]],
  ['0 replicas', [service(), deployment({}, {}, { replicas: 0 }), node('n0')]],
  ['no node that the balancer uses', [service(), deployment(), node('n0', {}, { ready: 'False' })]],
] as const) {
  test(`nobody to serve, ${why}: no-target`, () => {
    try {
      rehearsed([...objects]);
    } catch (error) {
      assert.is(error instanceof MidflightError && error.code, 'no-target');
      return;
    }
    assert.unreachable();
  });
}

test('several Services: one has to be chosen', () => {
  const both = [service(), service({}, { name: 'other' }), deployment(), node('n0')];
  try {
    rehearsed(both);
    assert.unreachable();
  } catch (error) {
    assert.match(error instanceof MidflightError ? `${error.hint}` : '', 'shop/other, shop/web');
  }
  assert.match(rehearsed(both, 'other').text, 'shop/other');
});

test('an unknown balancer: custom replaces it, and the file notes that', () => {
  const { scenario, text } = rehearsed([service({ type: 'NodePort' }), slice(['n0']), ...plain(2)]);
  assert.is(scenario.edge.preset, 'custom');
  assert.match(text.replaceAll('\n# ', ' '), 'a plain balancer (custom) is used instead');
});

test('MetalLB: any node may announce, not the present one alone', () => {
  const metallb = { annotations: { 'metallb.io/address-pool': 'x' } };
  const { plan, scenario } = rehearsed([
    service({}, metallb),
    slice(['n0']),
    ...plain(3),
    {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'ServiceL2Status',
      metadata: { name: 'l2-x', namespace: 'metallb-system' },
      status: { node: 'n2', serviceName: 'web', serviceNamespace: 'shop' },
    },
  ]);
  assert.is(scenario.edge.preset, 'metallb-l2');
  assert.is(plan.nodes.length, 3);
});

test('settings of the Service and of its pods come over', () => {
  const beta = 'service.beta.kubernetes.io/aws-load-balancer-';
  const { scenario } = rehearsed([
    service(
      {
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
        externalTrafficPolicy: 'Local',
      },
      { annotations: { [`${beta}type`]: 'external', [`${beta}healthcheck-interval`]: '5' } },
    ),
    slice(['n0']),
    deployment(
      {
        terminationGracePeriodSeconds: 90,
        tolerations: [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', tolerationSeconds: 20 }],
      },
      {
        image: 'traefik:v3',
        args: ['--entrypoints.web.transport.lifecycle.gracetimeout=45s'],
        lifecycle: { preStop: { sleep: { seconds: 15 } } },
        readinessProbe: { httpGet: { path: '/ping' }, periodSeconds: 5 },
      },
    ),
    ...plain(2),
  ]);
  const { ingress, edge, timers } = scenario;
  assert.is(scenario.service.sessionAffinityTimeout, '600s');
  assert.is(ingress.preStop, '15s');
  assert.is(ingress.traefik.graceTimeOut, '45s');
  assert.is(ingress.readiness.period, '5s');
  assert.is(ingress.readiness.failureThreshold, 3);
  assert.is(timers.podEvictionTimeout, '20s');
  assert.is(edge.preset, 'aws-nlb-lbc');
  assert.is(edge.overrides.checks?.Local?.interval, '5s');
  assert.ok(scenario.policies.includes('Local->Cluster'), 'the way from the policy that it has');
});

for (const preset of presetNames) {
  test(`a playground with ${preset}: the scenario is valid on both kinds of cluster`, () => {
    const { loaded, plan } = rehearsed([
      service({}, { annotations: { [presetAnnotation]: preset } }),
      slice(['n0', 'n1']),
      ...plain(5),
    ]);
    assert.is(plan.edge.preset, preset);
    assert.ok(plan.trials.length >= 3);
    makePlan(loaded, { cluster: 'kind' });
  });
}

test.run();
