import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Service } from '../../../../../src/cluster/control-plane/api/kinds.ts';
import { updateObject } from '../../../../../src/cluster/control-plane/api/registry.ts';
import { namespace, type TestCluster, testCluster } from '../cluster.ts';

const test = suite('services');

const make = (cluster: TestCluster, name: string, spec: object) =>
  cluster.create('services', { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });
const change = (cluster: TestCluster, spec: object): Service =>
  updateObject(cluster.context, 'services', namespace, 'web', (current) => ({
    ...current,
    spec: { ...current.spec, ...spec },
  }));
const inRange = (port: number | undefined) => port !== undefined && port >= 30_000 && port <= 32_767;

test('defaults of each type', () => {
  const cluster = testCluster();
  const plain = make(cluster, 'plain', {});
  assert.is(plain.spec.type, 'ClusterIP');
  assert.match(plain.spec.clusterIP ?? '', /^10\.96\./);
  assert.is(plain.spec.externalTrafficPolicy, undefined);
  assert.is(plain.spec.ports?.[0]?.nodePort, undefined);
  assert.is(plain.spec.ports?.[0]?.targetPort, 80);
  const node = make(cluster, 'node', { type: 'NodePort' });
  assert.is(node.spec.externalTrafficPolicy, 'Cluster');
  assert.ok(inRange(node.spec.ports?.[0]?.nodePort));
  const headless = make(cluster, 'headless', { clusterIP: 'None' });
  assert.is(headless.spec.clusterIP, 'None');
  cluster.stop();
});

test('the health check port comes and goes with Local, in the write of the flip', () => {
  const cluster = testCluster();
  const made = make(cluster, 'web', { type: 'LoadBalancer' });
  assert.is(made.spec.healthCheckNodePort, undefined);
  const local = change(cluster, { externalTrafficPolicy: 'Local' });
  const first = local.spec.healthCheckNodePort;
  assert.ok(inRange(first));
  assert.equal(local.spec.ports, made.spec.ports, 'the node port stays');
  const kept = change(cluster, { selector: { a: 'b' } });
  assert.is(kept.spec.healthCheckNodePort, first);
  const back = change(cluster, { externalTrafficPolicy: 'Cluster' });
  assert.is(back.spec.healthCheckNodePort, undefined);
  const again = change(cluster, { externalTrafficPolicy: 'Local' });
  assert.ok(inRange(again.spec.healthCheckNodePort));
  assert.is.not(again.spec.healthCheckNodePort, first);
  change(cluster, { externalTrafficPolicy: 'Cluster' });
  const chosen = change(cluster, { externalTrafficPolicy: 'Local', healthCheckNodePort: 31_000 });
  assert.is(chosen.spec.healthCheckNodePort, 31_000);
  cluster.stop();
});

test('a change of type takes back what the new one has no use for', () => {
  const cluster = testCluster();
  make(cluster, 'web', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
  updateObject(
    cluster.context,
    'services',
    namespace,
    'web',
    (current) => ({ ...current, status: { loadBalancer: { ingress: [{ ip: '10.1.1.1' }] } } }),
    'status',
  );
  const plain = change(cluster, { type: 'ClusterIP' });
  assert.is(plain.spec.externalTrafficPolicy, undefined);
  assert.is(plain.spec.healthCheckNodePort, undefined);
  assert.is(plain.spec.ports?.[0]?.nodePort, undefined);
  assert.equal(plain.status, { loadBalancer: {} });
  cluster.stop();
});

const refused: [string, object, string][] = [
  ['Local on ClusterIP', { externalTrafficPolicy: 'Local' }, 'spec.externalTrafficPolicy FieldValueInvalid'],
  [
    'unknown policy',
    { type: 'NodePort', externalTrafficPolicy: 'Near' },
    'spec.externalTrafficPolicy FieldValueNotSupported',
  ],
  ['unknown type', { type: 'Magic' }, 'spec.type FieldValueNotSupported'],
  ['no ports', { ports: [] }, 'spec.ports FieldValueRequired'],
  [
    'unnamed ports',
    { ports: [{ port: 80, name: 'a' }, { port: 81 }] },
    'spec.ports[1].name FieldValueRequired',
  ],
  ['port out of range', { ports: [{ port: 70_000 }] }, 'spec.ports[0].port FieldValueInvalid'],
  [
    'node port out of range',
    { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
    'spec.ports[0].nodePort FieldValueInvalid',
  ],
  [
    'node port of another',
    { type: 'NodePort', ports: [{ port: 80, nodePort: 30_500 }] },
    'spec.ports[0].nodePort FieldValueInvalid',
  ],
  [
    'node port on ClusterIP',
    { ports: [{ port: 80, nodePort: 30_501 }] },
    'spec.ports[0].nodePort FieldValueForbidden',
  ],
  [
    'source ranges without a load balancer',
    { loadBalancerSourceRanges: ['10.0.0.0/8'] },
    'spec.LoadBalancerSourceRanges FieldValueForbidden',
  ],
  [
    'an address in place of a source range',
    { type: 'LoadBalancer', loadBalancerSourceRanges: [' 10.0.0.0/8', '192.0.2.7'] },
    'spec.LoadBalancerSourceRanges[1] FieldValueInvalid',
  ],
  [
    'health port under Cluster',
    { type: 'LoadBalancer', healthCheckNodePort: 30_502 },
    'spec.healthCheckNodePort FieldValueInvalid',
  ],
];

for (const [what, spec, expected] of refused) {
  test(`refused: ${what}`, () => {
    const cluster = testCluster();
    make(cluster, 'other', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_500 }] });
    try {
      make(cluster, 'web', spec);
      assert.unreachable('was stored');
    } catch (error) {
      const status = Reflect.get(Object(error), 'status');
      assert.is(status?.code, 422, String(error));
      const [cause] = status.details.causes;
      assert.is(`${cause.field} ${cause.reason}`, expected);
    }
    cluster.stop();
  });
}

test.run();
