import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { evictPod } from '../../../../../src/cluster/control-plane/api/subresources.ts';
import { deploymentBody, namespace, type TestCluster, testCluster } from '../cluster.ts';

const test = suite('disruption budgets');

async function guarded(budget: object) {
  const cluster = testCluster();
  cluster.addNode('a');
  cluster.create('deployments', deploymentBody('web', 3));
  cluster.create('poddisruptionbudgets', {
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...budget },
  });
  await cluster.settle();
  cluster.kubelet();
  await cluster.settle();
  return cluster;
}
const evict = async (cluster: TestCluster) => {
  const pod = cluster
    .pods()
    .find((one) => !one.metadata.deletionTimestamp && one.status?.phase === 'Running');
  try {
    return evictPod(cluster.context, namespace, pod?.metadata.name ?? '', {}).code;
  } catch (error) {
    return Reflect.get(Object(Reflect.get(Object(error), 'status')), 'code');
  } finally {
    await cluster.settle();
  }
};

test('maxUnavailable 1: a second eviction waits until the replacement is Ready', async () => {
  const cluster = await guarded({ maxUnavailable: 1 });
  assert.is(cluster.get('poddisruptionbudgets', 'web').status?.disruptionsAllowed, 1);
  assert.is(await evict(cluster), 201);
  assert.is(await evict(cluster), 429);
  cluster.kubelet();
  await cluster.settle();
  assert.is(await evict(cluster), 201);
  cluster.stop();
});

test('minAvailable in percent rounds up', async () => {
  const cluster = await guarded({ minAvailable: '50%' });
  assert.is(cluster.get('poddisruptionbudgets', 'web').status?.desiredHealthy, 2);
  assert.is(await evict(cluster), 201);
  assert.is(await evict(cluster), 429);
  cluster.stop();
});

test('a pod that is not Ready may go while the others suffice', async () => {
  const cluster = await guarded({ minAvailable: 2 });
  const [first, second] = cluster.pods();
  assert.ok(first && second);
  cluster.setPod(first, { conditions: [{ type: 'Ready', status: 'False' }] });
  await cluster.settle();
  assert.throws(() => evictPod(cluster.context, namespace, second.metadata.name, {}), /disruption budget/);
  assert.is(evictPod(cluster.context, namespace, first.metadata.name, {}).code, 201);
  cluster.stop();
});

test.run();
