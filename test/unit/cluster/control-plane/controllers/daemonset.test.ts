import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { updateObject } from '../../../../../src/cluster/control-plane/api/registry.ts';
import { deploymentBody, testCluster } from '../cluster.ts';

const test = suite('daemon sets');
const body = (spec: object = {}) => {
  const { metadata, spec: full } = deploymentBody('proxy', 0, spec);
  return { metadata, spec: { selector: full.selector, template: full.template } };
};

test('one pod on each node that fits, new nodes included', async () => {
  const cluster = testCluster();
  cluster.addNode('a', { labels: { pool: 'x' } });
  cluster.addNode('b', { labels: { pool: 'y' } });
  cluster.addNode('c', { labels: { pool: 'x' }, taints: [{ key: 'spot', effect: 'NoSchedule' }] });
  cluster.create('daemonsets', body({ nodeSelector: { pool: 'x' } }));
  await cluster.settle();
  assert.equal(
    cluster.pods().map((pod) => pod.spec.nodeName),
    ['a'],
  );
  const counts = () => {
    const { status } = cluster.get('daemonsets', 'proxy');
    return [
      status?.desiredNumberScheduled,
      status?.numberReady,
      status?.numberAvailable,
      status?.numberUnavailable,
    ];
  };
  assert.equal(counts(), [1, 0, 0, 1]);
  cluster.kubelet();
  await cluster.settle();
  assert.equal(counts(), [1, 1, 1, 0]);
  cluster.addNode('d', { labels: { pool: 'x' } });
  await cluster.settle();
  assert.equal(counts(), [2, 1, 1, 1]);
  cluster.kubelet();
  await cluster.settle();
  assert.equal(
    cluster.pods().map((pod) => pod.spec.nodeName),
    ['a', 'd'],
  );
  const { status } = cluster.get('daemonsets', 'proxy');
  assert.is(status?.desiredNumberScheduled, 2);
  assert.is(status?.numberReady, 2);
  assert.is(status?.observedGeneration, 1);
  cluster.stop();
});

test('a cordoned node keeps its pod, a node whose label goes loses it', async () => {
  const cluster = testCluster();
  cluster.addNode('a', { labels: { pool: 'x' } });
  cluster.create('daemonsets', body({ nodeSelector: { pool: 'x' } }));
  await cluster.settle();
  const update = (change: object) =>
    updateObject(cluster.context, 'nodes', undefined, 'a', (node) => ({ ...node, ...change }));
  update({ spec: { unschedulable: true } });
  await cluster.settle();
  assert.is(cluster.pods().filter((pod) => !pod.metadata.deletionTimestamp).length, 1);
  update({ metadata: { ...cluster.get('nodes', 'a').metadata, labels: {} } });
  await cluster.settle();
  assert.is(cluster.pods().filter((pod) => !pod.metadata.deletionTimestamp).length, 0);
  cluster.stop();
});

test('its pods outlast a dead node', async () => {
  const cluster = testCluster();
  cluster.addNode('a');
  cluster.create('daemonsets', body());
  await cluster.settle();
  cluster.kubelet();
  await cluster.clock.advance(600_000);
  assert.is(cluster.pods().length, 1);
  assert.is(cluster.pods()[0]?.metadata.deletionTimestamp, undefined);
  cluster.stop();
});

test.run();
