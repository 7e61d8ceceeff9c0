import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { updateObject } from '../../../../../src/cluster/control-plane/api/registry.ts';
import { deploymentBody, podSpec, testCluster } from '../cluster.ts';

const test = suite('scheduler');
const spot = { key: 'spot', value: 'yes', effect: 'NoSchedule' };

test('fewest pods of the owner first, ties in the order of numbered names', async () => {
  const cluster = testCluster();
  for (const name of ['n-10', 'n-2', 'n-1']) cluster.addNode(name);
  await cluster.settle();
  cluster.create('deployments', deploymentBody('web', 4));
  await cluster.settle();
  assert.equal(
    cluster.pods().map((pod) => pod.spec.nodeName),
    ['n-1', 'n-2', 'n-10', 'n-1'],
  );
  assert.is(cluster.events('Scheduled').length, 4);
  cluster.stop();
});

test("with as many of the owner's pods on each, the node with fewer pods in all is chosen", async () => {
  const cluster = testCluster();
  for (const name of ['n-1', 'n-2', 'n-3']) cluster.addNode(name);
  await cluster.settle();
  cluster.create('deployments', deploymentBody('one', 1));
  await cluster.settle();
  cluster.create('deployments', deploymentBody('two', 2));
  await cluster.settle();
  assert.equal(
    cluster.pods().map((pod) => pod.spec.nodeName),
    ['n-1', 'n-2', 'n-3'],
  );
  cluster.stop();
});

test('a port of the node is taken once: by hostPort, and by whatever has the network of the node', async () => {
  const cluster = testCluster();
  for (const name of ['a', 'b']) cluster.addNode(name);
  const place = async (name: string, spec: object) => {
    cluster.create('pods', { metadata: { name }, spec: { ...podSpec, ...spec } });
    await cluster.settle();
    return cluster.get('pods', name).spec.nodeName;
  };
  const [container] = podSpec.containers;
  const on = (port: object) => ({ containers: [{ ...container, ports: [port] }] });
  assert.is(await place('host', { ...on({ containerPort: 8000 }), hostNetwork: true }), 'a');
  assert.is(await place('mapped', on({ containerPort: 80, hostPort: 8000 })), 'b');
  assert.is(await place('third', on({ containerPort: 8000, hostPort: 8000 })), undefined);
  assert.match(
    cluster.get('pods', 'third').status?.conditions?.[0]?.message ?? '',
    "2 node(s) didn't have free ports for the requested pod ports",
  );
  assert.is(
    await place('plain', on({ containerPort: 8000 })),
    'a',
    'a port of its own address is no port of the node',
  );
  cluster.stop();
});

test('taints, selectors and affinity keep pods away', async () => {
  const cluster = testCluster();
  cluster.addNode('a', { taints: [spot] });
  cluster.addNode('b', { labels: { zone: '1' } });
  const place = async (name: string, spec: object) => {
    cluster.create('pods', { metadata: { name }, spec: { ...podSpec, ...spec } });
    await cluster.settle();
    return cluster.get('pods', name).spec.nodeName;
  };
  const pinned = (key: string, values: string[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }],
        },
      },
    },
  });
  assert.is(await place('plain', {}), 'b');
  assert.is(
    await place('tolerant', { tolerations: [{ key: 'spot', operator: 'Equal', value: 'yes' }] }),
    'a',
  );
  assert.is(await place('other-value', { tolerations: [{ key: 'spot', value: 'no' }] }), 'b');
  assert.is(await place('any', { tolerations: [{ operator: 'Exists' }] }), 'a');
  assert.is(await place('selected', { nodeSelector: { zone: '1' } }), 'b');
  assert.is(await place('affine', pinned('zone', ['1', '2'])), 'b');
  assert.is(await place('nowhere', pinned('zone', ['3'])), undefined);
  cluster.stop();
});

test('a pod that fits nowhere has the reason in its status, and is placed once it fits', async () => {
  const cluster = testCluster();
  cluster.addNode('a', { taints: [spot] });
  cluster.addNode('b');
  updateObject(cluster.context, 'nodes', undefined, 'b', (node) => ({
    ...node,
    spec: { ...node.spec, unschedulable: true },
  }));
  cluster.create('pods', { metadata: { name: 'p' }, spec: podSpec });
  await cluster.settle();
  const condition = cluster.get('pods', 'p').status?.conditions?.[0];
  assert.is(condition?.type, 'PodScheduled');
  assert.is(condition?.reason, 'Unschedulable');
  assert.is(
    condition?.message,
    '0/2 nodes are available: 1 node(s) had untolerated taint {spot: yes}, 1 node(s) were unschedulable.',
  );
  assert.is(cluster.events('FailedScheduling').length, 1);
  updateObject(cluster.context, 'nodes', undefined, 'b', (node) => ({
    ...node,
    spec: { ...node.spec, unschedulable: false },
  }));
  await cluster.settle();
  assert.is(cluster.get('pods', 'p').spec.nodeName, 'b');
  assert.is(cluster.get('pods', 'p').status?.conditions?.[0]?.status, 'True');
  cluster.stop();
});

test('a node takes as many pods as it can have, and the next when one is gone', async () => {
  const cluster = testCluster();
  cluster.addNode('a');
  updateObject(
    cluster.context,
    'nodes',
    undefined,
    'a',
    (node) => ({ ...node, status: { ...node.status, allocatable: { pods: '2' } } }),
    'status',
  );
  for (const name of ['p', 'q', 'r']) cluster.create('pods', { metadata: { name }, spec: podSpec });
  await cluster.settle();
  assert.is(cluster.get('pods', 'q').spec.nodeName, 'a');
  assert.is(cluster.get('pods', 'r').spec.nodeName, undefined);
  assert.match(
    String(cluster.get('pods', 'r').status?.conditions?.[0]?.message),
    '0/1 nodes are available: 1 Too many pods.',
  );
  cluster.context.store.remove('pods', cluster.get('pods', 'p'));
  await cluster.settle();
  assert.is(cluster.get('pods', 'r').spec.nodeName, 'a');
  cluster.stop();
});

test('a node that was never Ready gets nothing', async () => {
  const cluster = testCluster();
  cluster.create('nodes', { metadata: { name: 'new' } });
  cluster.create('pods', { metadata: { name: 'p' }, spec: podSpec });
  await cluster.settle();
  assert.is(cluster.get('pods', 'p').spec.nodeName, undefined);
  cluster.heartbeat('new');
  await cluster.clock.advance(5000);
  assert.is(cluster.get('pods', 'p').spec.nodeName, 'new');
  cluster.stop();
});

test.run();
