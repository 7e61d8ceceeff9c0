import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deleteObject } from '../../../../../src/cluster/control-plane/api/deletion.ts';
import { createObject, updateObject } from '../../../../../src/cluster/control-plane/api/registry.ts';
import { deploymentBody, type TestCluster, testCluster } from '../cluster.ts';

const test = suite('node lifecycle');

const renew = (cluster: TestCluster, name: string) => {
  const { context, clock } = cluster;
  const spec = { renewTime: clock.wall().toISOString() };
  if (context.store.get('leases', 'kube-node-lease', name)) {
    updateObject(context, 'leases', 'kube-node-lease', name, (lease) => ({ ...lease, spec }));
  } else createObject(context, 'leases', 'kube-node-lease', { metadata: { name }, spec });
};
/** Time goes on while these nodes renew every 10 s. */
async function run(cluster: TestCluster, seconds: number, alive: readonly string[]) {
  for (let second = 0; second < seconds; second++) {
    if (second % 10 === 0) for (const name of alive) renew(cluster, name);
    await cluster.clock.advance(1000);
  }
}
const readyOf = (cluster: TestCluster, name: string) =>
  cluster.get('nodes', name).status?.conditions?.find(({ type }) => type === 'Ready');
const taintsOf = (cluster: TestCluster, name: string) =>
  (cluster.get('nodes', name).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort();

async function twoNodes(cluster: TestCluster) {
  cluster.addNode('a');
  cluster.addNode('b');
  cluster.create('services', {
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  cluster.create('deployments', deploymentBody('web', 2));
  await cluster.settle();
  cluster.kubelet();
  await run(cluster, 20, ['a', 'b']);
}

test('renewed leases keep a node Ready for as long as one likes', async () => {
  const cluster = testCluster();
  await twoNodes(cluster);
  await run(cluster, 200, ['a', 'b']);
  assert.is(readyOf(cluster, 'a')?.status, 'True');
  assert.equal(taintsOf(cluster, 'a'), []);
  cluster.stop();
});

test('silence: Unknown after 40 to 55 s, taints, pods not ready and endpoints out at once', async () => {
  const cluster = testCluster();
  await twoNodes(cluster);
  let silent = 0;
  while (readyOf(cluster, 'a')?.status === 'True' && silent < 100) {
    await run(cluster, 1, silent % 10 === 0 ? ['b'] : []);
    silent += 1;
  }
  // The last renewal was up to 10 s before the silence began.
  assert.ok(silent >= 40 && silent <= 55, `${silent} s`);
  assert.is(readyOf(cluster, 'a')?.reason, 'NodeStatusUnknown');
  assert.is(readyOf(cluster, 'a')?.message, 'Kubelet stopped posting node status.');
  assert.equal(taintsOf(cluster, 'a'), [
    'node.kubernetes.io/unreachable:NoExecute',
    'node.kubernetes.io/unreachable:NoSchedule',
  ]);
  assert.equal(taintsOf(cluster, 'b'), []);
  const [pod] = cluster.pods().filter(({ spec }) => spec.nodeName === 'a');
  assert.is(pod?.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'False');
  const endpoint = cluster.context.store
    .list('endpointslices')[0]
    ?.endpoints?.find(({ nodeName }) => nodeName === 'a');
  assert.equal(endpoint?.conditions, { ready: false, serving: false, terminating: false });
  assert.is(cluster.events('NodeNotReady').length, 2);

  await run(cluster, 290, ['b']);
  assert.is(cluster.pods().length, 2, 'tolerated for 300 s');
  await run(cluster, 15, ['b']);
  const dead = cluster.pods().filter(({ spec }) => spec.nodeName === 'a');
  assert.ok(dead[0]?.metadata.deletionTimestamp, 'deleted, but nobody there to end it');
  assert.is(cluster.pods().length, 3);
  assert.is(cluster.events('TaintManagerEviction').length, 1);
  assert.equal(cluster.errors, []);

  cluster.heartbeat('a');
  await run(cluster, 10, ['a', 'b']);
  assert.equal(taintsOf(cluster, 'a'), []);
  assert.is(cluster.pods().length, 3, 'its kubelet has the grace to end the pod itself');
  await run(cluster, 30, ['a', 'b']);
  assert.is(cluster.pods().length, 2);
  assert.is(readyOf(cluster, 'a')?.status, 'True');
  cluster.stop();
});

test('a node that is back in time keeps its pods', async () => {
  const cluster = testCluster();
  await twoNodes(cluster);
  await run(cluster, 100, ['b']);
  assert.is(readyOf(cluster, 'a')?.status, 'Unknown');
  cluster.heartbeat('a');
  cluster.kubelet();
  await run(cluster, 400, ['a', 'b']);
  assert.is(cluster.pods().length, 2);
  assert.ok(cluster.pods().every((pod) => pod.metadata.deletionTimestamp === undefined));
  cluster.stop();
});

test('the pods of a kubelet that itself reports NotReady stay as they are: only silence takes their readiness', async () => {
  const cluster = testCluster();
  await twoNodes(cluster);
  updateObject(
    cluster.context,
    'nodes',
    undefined,
    'a',
    (node) => ({
      ...node,
      status: { ...node.status, conditions: [{ type: 'Ready', status: 'False', reason: 'KubeletNotReady' }] },
    }),
    'status',
  );
  await run(cluster, 30, ['a', 'b']);
  assert.equal(taintsOf(cluster, 'a'), [
    'node.kubernetes.io/not-ready:NoExecute',
    'node.kubernetes.io/not-ready:NoSchedule',
  ]);
  const ready = cluster
    .pods()
    .map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status);
  assert.equal(ready, ['True', 'True']);
  assert.is(cluster.events('NodeNotReady').length, 0);
  cluster.stop();
});

test('pods of a deleted Node are removed', async () => {
  const cluster = testCluster();
  await twoNodes(cluster);
  deleteObject(cluster.context, 'nodes', cluster.get('nodes', 'a'));
  await cluster.settle();
  assert.equal(
    cluster.pods().map((pod) => pod.spec.nodeName),
    ['b', 'b'],
  );
  cluster.stop();
});

test('a taint of the user evicts what does not tolerate it, at once or after its seconds in compressed time', async () => {
  const cluster = testCluster({ timeScale: 10 });
  cluster.addNode('a');
  const { containers } = deploymentBody('x', 1).spec.template.spec;
  const patient = { key: 'gone', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 };
  const forEver = { key: 'gone', operator: 'Exists' };
  for (const [name, tolerations] of [
    ['now', []],
    ['later', [patient]],
    ['never', [forEver]],
  ]) {
    cluster.create('pods', { metadata: { name }, spec: { containers, nodeName: 'a', tolerations } });
  }
  await cluster.settle();
  updateObject(cluster.context, 'nodes', undefined, 'a', (node) => ({
    ...node,
    spec: { ...node.spec, taints: [{ key: 'gone', effect: 'NoExecute' }] },
  }));
  const deleted = () =>
    cluster
      .pods()
      .filter((pod) => pod.metadata.deletionTimestamp)
      .map((pod) => pod.metadata.name);
  await cluster.settle();
  assert.equal(deleted(), ['now']);
  await cluster.clock.advance(5900);
  assert.equal(deleted(), ['now']);
  await cluster.clock.advance(200);
  assert.equal(deleted(), ['now', 'later']);
  cluster.stop();
});

test('cordon shows as a taint', async () => {
  const cluster = testCluster();
  cluster.addNode('a');
  await run(cluster, 6, ['a']);
  updateObject(cluster.context, 'nodes', undefined, 'a', (node) => ({
    ...node,
    spec: { ...node.spec, unschedulable: true },
  }));
  await cluster.settle();
  assert.equal(taintsOf(cluster, 'a'), ['node.kubernetes.io/unschedulable:NoSchedule']);
  cluster.stop();
});

test('a namespace empties, then goes', async () => {
  const cluster = testCluster();
  cluster.create('namespaces', { metadata: { name: 'temp' } });
  createObject(cluster.context, 'configmaps', 'temp', { metadata: { name: 'a' } });
  deleteObject(cluster.context, 'namespaces', cluster.get('namespaces', 'temp'));
  assert.throws(
    () => createObject(cluster.context, 'configmaps', 'temp', { metadata: { name: 'b' } }),
    /being terminated/,
  );
  await cluster.settle();
  assert.throws(() => cluster.get('namespaces', 'temp'), /not found/);
  assert.throws(
    () => deleteObject(cluster.context, 'namespaces', cluster.get('namespaces', 'default')),
    /may not be deleted/,
  );
  cluster.stop();
});

test.run();
