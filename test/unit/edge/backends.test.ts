import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkFor } from '../../../src/edge/annotations.ts';
import { backendsOf } from '../../../src/edge/backends.ts';
import { readyEndpoints } from '../../../src/edge/endpoints.ts';
import type { FollowedService, Target } from '../../../src/edge/targets.ts';
import { presets } from '../../../src/presets/index.ts';

const nodes = Array.from({ length: 300 }, (_, index): Target => {
  const name = `n${String(index).padStart(3, '0')}`;
  return { name, address: '10.0.0.1', portOffset: 0, hello: false };
});
const under = (policy: 'Cluster' | 'Local'): FollowedService => ({
  policy,
  nodePort: 30_080,
  healthCheckNodePort: null,
  annotations: {},
});
const endpoints = [
  { node: 'n299', address: '10.1.0.1', port: 8000 },
  { node: 'n007', address: '10.1.0.2', port: 8000 },
  { node: 'n007', address: '10.1.0.3', port: 8000 },
];
const of = (name: keyof typeof presets, policy: 'Cluster' | 'Local', seed = 1) =>
  backendsOf(presets[name], under(policy), nodes, endpoints, seed).map((target) => target.name);

test('GKE endpoint groups: a subset under Cluster (250, internal 25), the nodes with a pod under Local', () => {
  assert.equal([of('gke-neg', 'Cluster').length, of('gke-ilb-subsetting', 'Cluster').length], [250, 25]);
  assert.equal(of('gke-neg', 'Local'), ['n007', 'n299']);
  assert.is(of('gke-instance-group', 'Cluster').length, 300);
  assert.is(of('gke-instance-group', 'Local').length, 300);
});

test('a subset is by chance, the same for the same seed', () => {
  assert.equal(of('gke-ilb-subsetting', 'Cluster'), of('gke-ilb-subsetting', 'Cluster'));
  assert.not.equal(of('gke-ilb-subsetting', 'Cluster', 1), of('gke-ilb-subsetting', 'Cluster', 2));
});

test('an annotation of the Service has any balancer send to the pods', () => {
  const service = { ...under('Cluster'), annotations: { 'midflight.dev/targets': 'pods' } };
  for (const preset of [presets['gke-instance-group'], presets['gke-neg']])
    assert.equal(
      backendsOf(preset, service, nodes, endpoints, 1).map(({ name, podPort }) => [name, podPort]),
      [
        ['n007', 8000],
        ['n299', 8000],
      ],
    );
  const check = checkFor(presets['gke-instance-group'], service);
  assert.equal([check.kind, check.port, check.intervalMs], ['tcp', 'pod', 8000]);
});

test('pod-direct: the pods under either policy, by their own address and port, one for each node', () => {
  for (const policy of ['Cluster', 'Local'] as const) {
    const targets = backendsOf(presets['pod-direct'], under(policy), nodes, endpoints, 1);
    assert.equal(
      targets.map(({ name, address, podPort }) => [name, address, podPort]),
      [
        ['n007', '10.1.0.2', 8000],
        ['n299', '10.1.0.1', 8000],
      ],
    );
  }
});

test('a port of the nodes is dialled on every node; a hello is for one that the node itself passes on', () => {
  const nodes = [true, false].map((hello, index) => ({
    name: `n${index}`,
    address: `10.0.0.${index}`,
    portOffset: 0,
    hello,
  }));
  const { backends } = presets.custom;
  const found = (forwarded: boolean) =>
    backendsOf({ backends, hostPort: { port: 8000, forwarded } }, under('Local'), nodes, [], 1).map(
      ({ name, podPort, hello }) => [name, podPort, hello],
    );
  assert.equal(found(true), [
    ['n0', 8000, true],
    ['n1', 8000, false],
  ]);
  assert.equal(found(false), [
    ['n0', 8000, false],
    ['n1', 8000, false],
  ]);
});

test('an endpoint counts if it is ready and has a node', () => {
  const slice = {
    metadata: { name: 's' },
    ports: [{ port: 8000 }],
    endpoints: [
      { addresses: ['10.1.0.1'], conditions: { ready: true }, nodeName: 'a' },
      { addresses: ['10.1.0.2'], conditions: { ready: false }, nodeName: 'b' },
      { addresses: ['10.1.0.3'], nodeName: 'c' },
      { addresses: ['10.1.0.4'], conditions: { ready: true } },
    ],
  };
  assert.equal(
    readyEndpoints(slice).map(({ node, port }) => [node, port]),
    [
      ['a', 8000],
      ['c', 8000],
    ],
  );
  assert.equal(readyEndpoints({ metadata: { name: 'empty' } }), []);
});

test.run();
