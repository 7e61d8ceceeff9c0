import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plainAccess } from '../../../../src/cluster/node/api.ts';
import { type ServiceWatch, watchServices } from '../../../../src/cluster/node/cluster-view.ts';
import { type FakeKubeApi, fakeKubeApi } from '../../../support/fake-kube-api.ts';
import { eventually } from '../../../support/node-port.ts';

const servicesPath = '/api/v1/services';
const slicesPath = '/apis/discovery.k8s.io/v1/endpointslices';

interface Seen {
  changes: number;
  readonly failures: string[];
}

async function withView(
  work: (view: ServiceWatch, api: FakeKubeApi, seen: Seen) => Promise<void>,
  nodes: readonly string[] = ['n1'],
) {
  const api = await fakeKubeApi();
  const seen: Seen = { changes: 0, failures: [] };
  const nothing = async () => {};
  const access = plainAccess(`http://127.0.0.1:${api.port}`);
  const view = watchServices(
    nodes,
    { access, create: nothing, patch: nothing, patchIfThere: nothing, remove: nothing },
    { host: (address) => address, port: (_address, port) => port },
    () => {
      seen.changes += 1;
    },
    (what) => seen.failures.push(what),
  );
  try {
    await work(view, api, seen);
    assert.equal(seen.failures, []);
  } finally {
    view.stop();
    await api.stop();
  }
}

const slice = (name: string, endpoints: readonly unknown[], more: Record<string, unknown> = {}) => ({
  metadata: { name, namespace: 'web', labels: { 'kubernetes.io/service-name': 'ingress' } },
  ports: [{ port: 8000 }],
  endpoints,
  ...more,
});

test('a Service is seen with the defaults of the API, and as it changes, and gone', () =>
  withView(async (view, api) => {
    api.put(servicesPath, { metadata: { name: 'plain', namespace: 'web' }, spec: { ports: [{ port: 80 }] } });
    await view.start();
    const plain = {
      namespace: 'web',
      name: 'plain',
      type: 'ClusterIP',
      externalTrafficPolicy: 'Cluster',
      healthCheckNodePort: null,
      nodePorts: [],
    };
    assert.equal(view.services(), [plain]);
    const spec = {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 31_000,
      ports: [{ port: 80, nodePort: 30_080 }],
    };
    api.put(servicesPath, { metadata: { name: 'plain', namespace: 'web' }, spec });
    assert.ok(await eventually(() => view.services()[0]?.externalTrafficPolicy === 'Local'));
    const { type, externalTrafficPolicy, healthCheckNodePort } = spec;
    const nodePorts = [{ port: 80, nodePort: 30_080 }];
    assert.equal(view.services(), [
      { ...plain, type, externalTrafficPolicy, healthCheckNodePort, nodePorts },
    ]);
    api.remove(servicesPath, 'plain');
    assert.ok(await eventually(() => view.services().length === 0));
  }));

test('several ports are distinguished by their names, on both sides', () =>
  withView(async (view, api) => {
    const ports = [
      { name: 'web', port: 80, nodePort: 30_080 },
      { name: 'tls', port: 443, nodePort: 30_443 },
    ];
    api.put(servicesPath, {
      metadata: { name: 'ingress', namespace: 'web' },
      spec: { type: 'NodePort', ports },
    });
    const of = [
      { name: 'web', port: 8000 },
      { name: 'tls', port: 8443 },
    ];
    api.put(slicesPath, slice('one', [{ addresses: ['10.0.0.1'] }], { ports: of }));
    await view.start();
    assert.equal(view.services()[0]?.nodePorts, ports);
    assert.equal(
      view
        .endpoints()
        .get('web/ingress')
        ?.map(({ portName, port, podAddress }) => [portName, port, podAddress]),
      [
        ['web', 8000, '10.0.0.1'],
        ['tls', 8443, '10.0.0.1'],
      ],
    );
  }));

test('absent conditions are as the API has it: ready, serving as ready is, not terminating', () =>
  withView(async (view, api) => {
    const conditions = [
      undefined,
      {},
      { ready: null, serving: null, terminating: null },
      { ready: false },
      { ready: false, serving: true, terminating: true },
    ];
    api.put(
      slicesPath,
      slice(
        'one',
        conditions.map((each, index) => ({
          addresses: [`10.0.0.${index}`],
          nodeName: 'a',
          ...(each === undefined ? {} : { conditions: each }),
        })),
      ),
    );
    await view.start();
    const seen = view.endpoints().get('web/ingress') ?? [];
    assert.equal(
      seen.map(({ address, port, node }) => `${address}:${port} ${node}`),
      conditions.map((_each, index) => `10.0.0.${index}:8000 a`),
    );
    const marks = seen.map(({ ready, serving, terminating }) =>
      [ready, serving, terminating].map(Number).join(''),
    );
    assert.equal(marks, ['110', '110', '110', '000', '011']);
  }));

test("a Service's endpoints are those of all its slices, less the slices that are gone", () =>
  withView(async (view, api, seen) => {
    api.put(slicesPath, slice('one', [{ addresses: ['10.0.0.1'] }]));
    api.put(slicesPath, slice('two', [{ addresses: ['10.0.0.2'], nodeName: 'b' }]));
    api.put(slicesPath, slice('none', [], { endpoints: null, ports: null }));
    await view.start();
    const nodes = () =>
      (view.endpoints().get('web/ingress') ?? []).map(({ address, node }) => `${address} ${node}`);
    assert.equal(nodes().sort(), ['10.0.0.1 null', '10.0.0.2 b']);
    const before = seen.changes;
    api.remove(slicesPath, 'one');
    assert.ok(await eventually(() => seen.changes > before));
    assert.equal(nodes(), ['10.0.0.2 b']);
  }));

test('after its watches broke off, which is reported, it catches up', () =>
  withView(async (view, api, { failures }) => {
    api.put(slicesPath, slice('one', [{ addresses: ['10.0.0.1'] }]));
    await view.start();
    assert.ok(await eventually(() => api.counts.watches === 2));
    api.breakWatches('cut');
    api.put(slicesPath, slice('one', [{ addresses: ['10.0.0.9'] }]));
    assert.ok(
      await eventually(() => view.endpoints().get('web/ingress')?.[0]?.address === '10.0.0.9'),
      'the change while nobody watched',
    );
    assert.ok(await eventually(() => failures.length >= 2));
    assert.equal(failures.splice(0).sort(), [`watch of ${slicesPath}`, `watch of ${servicesPath}`].sort());
  }));

test("a node with the autoscaler's taint, or deleted, is not eligible; another node's taint does not matter", () =>
  withView(async (view, api) => {
    const taints = [{ key: 'ToBeDeletedByClusterAutoscaler', value: '1', effect: 'NoSchedule' }];
    api.put('/api/v1/nodes', { metadata: { name: 'n1' } });
    api.put('/api/v1/nodes', { metadata: { name: 'n2' }, spec: { taints } });
    await view.start();
    assert.ok(view.eligible('n1'));
    api.put('/api/v1/nodes', { metadata: { name: 'n1' }, spec: { taints } });
    assert.ok(await eventually(() => !view.eligible('n1')));
    api.put('/api/v1/nodes', { metadata: { name: 'n1' }, spec: { taints: [{ key: 'spot' }] } });
    assert.ok(await eventually(() => view.eligible('n1')));
    api.remove('/api/v1/nodes', 'n1');
    assert.ok(await eventually(() => !view.eligible('n1')));
  }));

test('several nodes are each seen by itself; a heartbeat of one is no change of Services', () =>
  withView(
    async (view, api, seen) => {
      const taints = [{ key: 'ToBeDeletedByClusterAutoscaler', value: '1', effect: 'NoSchedule' }];
      for (const name of ['n1', 'n2', 'n3']) api.put('/api/v1/nodes', { metadata: { name } });
      await view.start();
      const before = seen.changes;
      api.put('/api/v1/nodes', { metadata: { name: 'n2' }, spec: { taints } });
      assert.ok(await eventually(() => !view.eligible('n2')));
      assert.ok(view.eligible('n1'));
      api.put('/api/v1/nodes', { metadata: { name: 'n3' }, spec: { taints } }); // another process' node
      api.put('/api/v1/nodes', { metadata: { name: 'n1' }, spec: { taints } });
      assert.ok(await eventually(() => !view.eligible('n1')));
      assert.ok(view.eligible('n3'));
      assert.is(seen.changes, before);
    },
    ['n1', 'n2'],
  ));

test.run();
