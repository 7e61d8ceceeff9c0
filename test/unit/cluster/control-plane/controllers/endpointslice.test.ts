import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deleteObject } from '../../../../../src/cluster/control-plane/api/deletion.ts';
import { updateObject } from '../../../../../src/cluster/control-plane/api/registry.ts';
import { namespace, podSpec, type TestCluster, testCluster } from '../cluster.ts';

const test = suite('endpoint slices');

async function web(cluster: TestCluster, port: object = { port: 80, targetPort: 'http' }) {
  cluster.addNode('a', { labels: { 'topology.kubernetes.io/zone': 'z1' } });
  cluster.create('services', {
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [port] },
  });
  const pod = cluster.create('pods', { metadata: { name: 'p', labels: { app: 'web' } }, spec: podSpec });
  await cluster.settle();
  return pod;
}
const slices = (cluster: TestCluster) => cluster.context.store.list('endpointslices');
const conditions = (cluster: TestCluster) => slices(cluster)[0]?.endpoints?.[0]?.conditions;

test('trafficDistribution gives ready endpoints hints: their zone, with PreferSameNode their node as well', async () => {
  const cluster = testCluster();
  const pod = await web(cluster);
  cluster.ready(pod);
  const hinted = async (trafficDistribution: string | undefined) => {
    updateObject(cluster.context, 'services', namespace, 'web', (service) => {
      const { trafficDistribution: _, ...spec } = service.spec;
      return {
        ...service,
        spec: trafficDistribution === undefined ? spec : { ...spec, trafficDistribution },
      };
    });
    await cluster.settle();
    return slices(cluster)[0]?.endpoints?.[0]?.hints;
  };
  const forZones = [{ name: 'z1' }];
  assert.is(await hinted(undefined), undefined);
  assert.equal(await hinted('PreferClose'), { forZones });
  assert.equal(await hinted('PreferSameZone'), { forZones });
  assert.equal(await hinted('PreferSameNode'), { forZones, forNodes: [{ name: 'a' }] });
  cluster.setPod(pod, { conditions: [{ type: 'Ready', status: 'False' }] });
  await cluster.settle();
  assert.is(slices(cluster)[0]?.endpoints?.[0]?.hints, undefined);
  cluster.stop();
});

test('an endpoint from no address to ready to terminating to gone', async () => {
  const cluster = testCluster();
  const pod = await web(cluster);
  assert.equal(slices(cluster)[0]?.endpoints, []);
  cluster.ready(pod);
  await cluster.settle();
  const [slice] = slices(cluster);
  assert.is(slice?.metadata.labels?.['kubernetes.io/service-name'], 'web');
  assert.equal(slice?.ports, [{ name: '', port: 8080, protocol: 'TCP' }]);
  assert.equal(slice?.endpoints, [
    {
      addresses: ['10.0.0.1'],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'a',
      zone: 'z1',
      targetRef: { kind: 'Pod', namespace, name: 'p', uid: pod.metadata.uid },
    },
  ]);
  deleteObject(cluster.context, 'pods', cluster.get('pods', 'p'));
  await cluster.settle();
  assert.equal(conditions(cluster), { ready: false, serving: true, terminating: true });
  cluster.setPod(pod, { conditions: [{ type: 'Ready', status: 'False' }] });
  await cluster.settle();
  assert.equal(conditions(cluster), { ready: false, serving: false, terminating: true });
  deleteObject(cluster.context, 'pods', cluster.get('pods', 'p'), { gracePeriodSeconds: 0 });
  await cluster.settle();
  assert.equal(slices(cluster)[0]?.endpoints, []);
  cluster.stop();
});

test('numbered ports, missing names, and pods whose named ports differ', async () => {
  const cluster = testCluster();
  cluster.ready(await web(cluster, { port: 80, targetPort: 9000, name: 'x' }));
  await cluster.settle();
  assert.equal(slices(cluster)[0]?.ports, [{ name: 'x', port: 9000, protocol: 'TCP' }]);
  updateObject(cluster.context, 'services', namespace, 'web', (current) => ({
    ...current,
    spec: { ...current.spec, ports: [{ port: 80, targetPort: 'http' }] },
  }));
  const other = {
    containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8081 }] }],
  };
  cluster.ready(cluster.create('pods', { metadata: { name: 'q', labels: { app: 'web' } }, spec: other }));
  await cluster.settle();
  const ports = slices(cluster).map((slice) => slice.ports?.[0]?.port);
  assert.equal(ports.sort(), [8080, 8081]);
  updateObject(cluster.context, 'services', namespace, 'web', (current) => ({
    ...current,
    spec: { ...current.spec, ports: [{ port: 80, targetPort: 'none' }] },
  }));
  await cluster.settle();
  assert.equal(
    slices(cluster).map((slice) => slice.ports),
    [[]],
  );
  cluster.stop();
});

test('slices go with their Service; ones made by hand are left alone', async () => {
  const cluster = testCluster();
  await web(cluster);
  const labels = { 'kubernetes.io/service-name': 'web' };
  cluster.create('endpointslices', {
    metadata: { name: 'mine', labels },
    addressType: 'IPv4',
    endpoints: [],
  });
  deleteObject(cluster.context, 'services', cluster.get('services', 'web'));
  await cluster.settle();
  assert.equal(
    slices(cluster).map((slice) => slice.metadata.name),
    ['mine'],
  );
  cluster.stop();
});

test.run();
