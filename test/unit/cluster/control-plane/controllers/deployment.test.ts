import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deleteObject } from '../../../../../src/cluster/control-plane/api/deletion.ts';
import { updateObject } from '../../../../../src/cluster/control-plane/api/registry.ts';
import { deploymentBody, namespace, type TestCluster, testCluster, withTemplateSpec } from '../cluster.ts';

const test = suite('deployments');

async function running(cluster: TestCluster, replicas: number, strategy?: object) {
  for (const name of ['a', 'b', 'c']) cluster.addNode(name);
  cluster.create('deployments', deploymentBody('web', replicas, {}, strategy));
  await cluster.settle();
  cluster.kubelet();
  await cluster.settle();
}
const scale = (cluster: TestCluster, replicas: number) =>
  updateObject(cluster.context, 'deployments', namespace, 'web', (current) => ({
    ...current,
    spec: { ...current.spec, replicas },
  }));
/** The kubelets end what is Terminating. */
const reap = (cluster: TestCluster) => {
  for (const pod of cluster.pods()) {
    if (pod.metadata.deletionTimestamp) deleteObject(cluster.context, 'pods', pod, { gracePeriodSeconds: 0 });
  }
};
const active = (cluster: TestCluster) => cluster.pods().filter((pod) => !pod.metadata.deletionTimestamp);

test('makes its pods, spread over the nodes, and reports its status', async () => {
  const cluster = testCluster();
  await running(cluster, 3);
  assert.equal(
    cluster
      .pods()
      .map((pod) => pod.spec.nodeName)
      .sort(),
    ['a', 'b', 'c'],
  );
  const progress = () =>
    cluster.get('deployments', 'web').status?.conditions?.find(({ type }) => type === 'Progressing')?.reason;
  assert.is(progress(), 'NewReplicaSetAvailable');
  scale(cluster, 4);
  await cluster.settle();
  assert.is(progress(), 'ReplicaSetUpdated');
  scale(cluster, 3);
  await cluster.settle();
  const [pod] = cluster.pods();
  assert.ok(pod?.metadata.labels?.['pod-template-hash']);
  assert.is(pod?.metadata.ownerReferences?.[0]?.kind, 'Deployment');
  const { status, metadata } = cluster.get('deployments', 'web');
  assert.is(status?.readyReplicas, 3);
  assert.is(status?.observedGeneration, metadata.generation);
  assert.is(status?.conditions?.find(({ type }) => type === 'Available')?.status, 'True');
  assert.equal(cluster.errors, []);
  cluster.stop();
});

test('scales up and down; the ones not Ready go first', async () => {
  const cluster = testCluster();
  await running(cluster, 2);
  scale(cluster, 4);
  await cluster.settle();
  const fresh = cluster.pods().filter((pod) => pod.status?.phase === 'Pending');
  assert.is(fresh.length, 2);
  scale(cluster, 2);
  await cluster.settle();
  const left = active(cluster).map((pod) => pod.metadata.name);
  assert.is(left.length, 2);
  assert.ok(fresh.every((pod) => !left.includes(pod.metadata.name)));
  cluster.stop();
});

test('replaces a pod that is deleted while it still ends, and one that failed', async () => {
  const cluster = testCluster();
  await running(cluster, 2);
  const [first, second] = cluster.pods();
  assert.ok(first && second);
  deleteObject(cluster.context, 'pods', first);
  await cluster.settle();
  assert.is(cluster.pods().length, 3);
  assert.is(active(cluster).length, 2);
  cluster.setPod(second, { phase: 'Failed' });
  await cluster.settle();
  assert.is(cluster.get('deployments', 'web').status?.replicas, 2);
  cluster.stop();
});

test('a new template rolls within maxSurge and maxUnavailable', async () => {
  const cluster = testCluster();
  await running(cluster, 4);
  updateObject(cluster.context, 'deployments', namespace, 'web', (current) =>
    withTemplateSpec(current, { terminationGracePeriodSeconds: 5 }),
  );
  let least = 4;
  let most = 0;
  for (let step = 0; step < 20; step++) {
    await cluster.settle();
    const now = active(cluster);
    most = Math.max(most, now.length);
    least = Math.min(
      least,
      now.filter((pod) =>
        pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
      ).length,
    );
    reap(cluster);
    cluster.kubelet();
  }
  await cluster.settle();
  assert.ok(most <= 5, `${most} pods at once`);
  assert.ok(least >= 3, `only ${least} ready`);
  assert.is(cluster.pods().length, 4);
  assert.ok(cluster.pods().every((pod) => pod.spec.terminationGracePeriodSeconds === 5));
  assert.is(cluster.get('deployments', 'web').status?.updatedReplicas, 4);
  cluster.stop();
});

test('Recreate starts new pods only when the old ones are gone', async () => {
  const cluster = testCluster();
  await running(cluster, 2, { type: 'Recreate' });
  updateObject(cluster.context, 'deployments', namespace, 'web', (current) =>
    withTemplateSpec(current, { terminationGracePeriodSeconds: 5 }),
  );
  await cluster.settle();
  assert.is(active(cluster).length, 0);
  assert.is(cluster.pods().length, 2);
  reap(cluster);
  await cluster.settle();
  assert.is(active(cluster).length, 2);
  cluster.stop();
});

test('minReadySeconds delays availability, in compressed time', async () => {
  const cluster = testCluster({ timeScale: 10 });
  cluster.addNode('a');
  const body = deploymentBody('web', 1);
  cluster.create('deployments', { ...body, spec: { ...body.spec, minReadySeconds: 30 } });
  await cluster.settle();
  cluster.kubelet();
  await cluster.clock.advance(2000);
  assert.is(cluster.get('deployments', 'web').status?.availableReplicas, 0);
  await cluster.clock.advance(1500);
  assert.is(cluster.get('deployments', 'web').status?.availableReplicas, 1);
  cluster.stop();
});

test('its pods go with it; orphaned they stay; in the foreground they go first', async () => {
  const cluster = testCluster();
  await running(cluster, 1);
  deleteObject(cluster.context, 'deployments', cluster.get('deployments', 'web'), {
    propagationPolicy: 'Foreground',
  });
  await cluster.settle();
  assert.ok(cluster.get('deployments', 'web').metadata.deletionTimestamp, 'waits for its pod');
  reap(cluster);
  await cluster.settle();
  assert.throws(() => cluster.get('deployments', 'web'), /not found/);
  cluster.create('deployments', deploymentBody('web', 1));
  await cluster.settle();
  deleteObject(cluster.context, 'deployments', cluster.get('deployments', 'web'), {
    propagationPolicy: 'Orphan',
  });
  await cluster.settle();
  assert.is(active(cluster).length, 1);
  cluster.create('deployments', deploymentBody('other', 1));
  await cluster.settle();
  deleteObject(cluster.context, 'deployments', cluster.get('deployments', 'other'));
  await cluster.settle();
  assert.is(active(cluster).length, 1);
  cluster.stop();
});

test.run();
