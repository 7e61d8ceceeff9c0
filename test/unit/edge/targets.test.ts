import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { followedService, hasAutoscalerTaint, targetOf } from '../../../src/edge/targets.ts';

const node = (more: {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  spec?: object;
  ready?: string;
}) => ({
  metadata: { name: 'n1', labels: more.labels ?? {}, annotations: more.annotations ?? {} },
  spec: more.spec ?? {},
  status: {
    conditions: [{ type: 'Ready', status: more.ready ?? 'True' }],
    addresses: [
      { type: 'Hostname', address: 'n1' },
      { type: 'InternalIP', address: '10.0.0.1' },
    ],
  },
});
const none = { excludeNodes: [], excludeLabel: 'honoured' } as const;
const plain = { name: 'n1', address: '10.0.0.1', portOffset: 0, hello: false };

test('a node is a target by its InternalIP, and stays one NotReady, cordoned or tainted (KEP-3458)', () => {
  assert.equal(targetOf(node({}), none), plain);
  assert.equal(targetOf(node({ ready: 'Unknown' }), none), plain);
  const taints = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }];
  assert.equal(targetOf(node({ spec: { unschedulable: true, taints } }), none), plain);
});

test('left out are nodes with the exclude label (whatever its value), by name, or without address', () => {
  const label = 'node.kubernetes.io/exclude-from-external-load-balancers';
  assert.is(targetOf(node({ labels: { [label]: '' } }), none), null);
  assert.equal(targetOf(node({ labels: { [label]: '' } }), { ...none, excludeLabel: 'ignored' }), plain);
  assert.is(targetOf(node({}), { ...none, excludeNodes: ['n1'] }), null);
  assert.is(targetOf({ metadata: { name: 'n1' } }, none), null);
});

test("a node with the autoscaler's taint is leaving, whatever its other taints", () => {
  const taints = [{ key: 'spot' }, { key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }];
  assert.ok(hasAutoscalerTaint(node({ spec: { taints } })));
  assert.not.ok(hasAutoscalerTaint(node({ spec: { taints: taints.slice(0, 1) } })));
  assert.not.ok(hasAutoscalerTaint(node({})));
});

test('the port offset comes from its annotation', () => {
  assert.is(targetOf(node({ annotations: { 'midflight.dev/port-offset': '300' } }), none)?.portOffset, 300);
  assert.is(targetOf(node({ annotations: { 'midflight.dev/port-offset': 'x' } }), none)?.portOffset, 0);
  assert.is(targetOf(node({ annotations: { 'midflight.dev/hello': 'node-port' } }), none)?.hello, true);
});

test('only the policy of a Service counts, Cluster by default, and its ports', () => {
  assert.equal(followedService({ metadata: { name: 's' }, spec: { ports: [{ nodePort: 30_080 }] } }), {
    policy: 'Cluster',
    nodePort: 30_080,
    healthCheckNodePort: null,
    annotations: {},
  });
  const spec = { externalTrafficPolicy: 'Local', healthCheckNodePort: 32_000, ports: [{ nodePort: 30_080 }] };
  assert.equal(followedService({ metadata: { name: 's' }, spec }), {
    policy: 'Local',
    nodePort: 30_080,
    healthCheckNodePort: 32_000,
    annotations: {},
  });
});

test.run();
