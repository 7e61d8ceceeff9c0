import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { age } from '../../../../../src/cluster/control-plane/http/columns.ts';
import { tableOf, wantsTable } from '../../../../../src/cluster/control-plane/http/tables.ts';

/* What `kubectl get` shows of nodes, services and pods: the columns of Kubernetes' own printers. */
const test = suite('server-side tables');

const now = new Date('2026-03-01T12:00:00Z');
const meta = (name: string, more = {}) => ({
  name,
  namespace: 'shop',
  uid: 'u',
  resourceVersion: '7',
  creationTimestamp: '2026-03-01T11:50:00Z',
  ...more,
});
const table = z.object({
  kind: z.literal('Table'),
  apiVersion: z.literal('meta.k8s.io/v1'),
  metadata: z.object({ resourceVersion: z.string() }),
  columnDefinitions: z.array(z.object({ name: z.string(), type: z.string(), priority: z.number() })),
  rows: z.array(
    z.object({ cells: z.array(z.string()), object: z.object({ metadata: z.object({ name: z.string() }) }) }),
  ),
});

/** Name of the column -> cell of the first row. */
function cellsOf(resource: string, object: unknown): Record<string, string | undefined> {
  const list = { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '9' }, items: [object] };
  const { columnDefinitions, rows } = table.parse(tableOf(resource, list, now));
  return Object.fromEntries(columnDefinitions.map(({ name }, index) => [name, rows[0]?.cells[index]]));
}

test('nodes', () => {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: meta('a', { labels: { 'node-role.kubernetes.io/worker': '' } }),
    spec: { unschedulable: true },
    status: {
      conditions: [{ type: 'Ready', status: 'False' }],
      addresses: [{ type: 'InternalIP', address: '127.1.2.3' }],
      nodeInfo: { kubeletVersion: 'v1.37.2' },
    },
  };
  const cells = cellsOf('nodes', node);
  assert.is(cells.Name, 'a');
  assert.is(cells.Status, 'NotReady,SchedulingDisabled');
  assert.is(cells.Roles, 'worker');
  assert.is(cells.Version, 'v1.37.2');
  assert.is(cells['Internal-IP'], '127.1.2.3');
  assert.is(cells['OS-Image'], '<none>');
  assert.is(cells.Age, '10m');
});

test('services: pending without an address, then the address', () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta('web'),
    spec: {
      type: 'LoadBalancer',
      clusterIP: '10.0.0.1',
      selector: { app: 'web' },
      ports: [{ port: 80, nodePort: 30080 }],
    },
  };
  assert.equal(cellsOf('services', service), {
    Name: 'web',
    Type: 'LoadBalancer',
    'Cluster-IP': '10.0.0.1',
    'External-IP': '<pending>',
    'Port(s)': '80:30080/TCP',
    Age: '10m',
    Selector: 'app=web',
  });
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
  assert.is(cellsOf('services', { ...service, status })['External-IP'], '192.0.2.1');
});

test('pods: ready containers, and Terminating while they end', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta('web-1'),
    spec: { nodeName: 'a', containers: [{ name: 'c' }, { name: 'd' }] },
    status: { phase: 'Running', podIP: '127.1.2.4', conditions: [{ type: 'Ready', status: 'True' }] },
  };
  const cells = cellsOf('pods', pod);
  assert.equal(
    [cells.Ready, cells.Status, cells.Restarts, cells.IP, cells.Node],
    ['2/2', 'Running', '0', '127.1.2.4', 'a'],
  );
  const counted = {
    ...pod,
    status: { ...pod.status, containerStatuses: [{ ready: true, restartCount: 3 }, { ready: false }] },
  };
  assert.equal([cellsOf('pods', counted).Ready, cellsOf('pods', counted).Restarts], ['1/2', '3']);
  const ending = { ...pod, metadata: meta('web-1', { deletionTimestamp: '2026-03-01T11:59:00Z' }) };
  assert.is(cellsOf('pods', ending).Status, 'Terminating');
});

test('one object is a table of one row; other kinds are none', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: meta('p'), spec: { containers: [] } };
  const one = table.parse(tableOf('pods', pod, now));
  assert.is(one.rows.length, 1);
  assert.is(one.metadata.resourceVersion, '7');
  assert.is(tableOf('configmaps', pod, now), undefined);
});

test('only for a client whose first choice it is', () => {
  const asks = (accept: string, method = 'GET') => wantsTable({ method, headers: { accept } });
  assert.ok(asks('application/json;as=Table;v=v1;g=meta.k8s.io,application/json'));
  assert.not.ok(asks('application/json'));
  assert.not.ok(asks('application/json,application/json;as=Table;v=v1;g=meta.k8s.io'));
  assert.not.ok(asks('application/json;as=Table;v=v1beta1;g=meta.k8s.io'));
  assert.not.ok(asks('application/json;as=Table;v=v1;g=meta.k8s.io', 'DELETE'));
});

for (const [seconds, shown] of [
  [0, '0s'],
  [119, '119s'],
  [125, '2m5s'],
  [600, '10m'],
  [3 * 3600, '3h'],
  [3 * 3600 + 300, '3h5m'],
  [50 * 3600, '2d2h'],
  [9 * 86400, '9d'],
] as const) {
  test(`age of ${seconds} s`, () => {
    assert.is(age(new Date(now.getTime() - seconds * 1000).toISOString(), now), shown);
  });
}

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'web:1' }], nodeSelector: { pool: 'edge' } },
};
const selector = { matchLabels: { app: 'web' } };

test('deployments', () => {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta('web'),
    spec: { replicas: 3, selector, template },
    status: { readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 },
  };
  assert.equal(cellsOf('deployments', object), {
    Name: 'web',
    Ready: '2/3',
    'Up-to-date': '1',
    Available: '2',
    Age: '10m',
    Containers: 'web',
    Images: 'web:1',
    Selector: 'app=web',
  });
});

test('daemonsets', () => {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: meta('web'),
    spec: { selector, template },
    status: { desiredNumberScheduled: 3, currentNumberScheduled: 3, numberReady: 2 },
  };
  const cells = cellsOf('daemonsets', object);
  assert.is(`${cells.Desired} ${cells.Current} ${cells.Ready} ${cells.Available}`, '3 3 2 0');
  assert.is(cells['Node Selector'], 'pool=edge');
});

test('events', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: meta('web.1'),
    involvedObject: { kind: 'Pod', name: 'web-1' },
    type: 'Warning',
    reason: 'FailedScheduling',
    message: 'no node fits\n',
    lastTimestamp: '2026-03-01T11:59:00Z',
    source: { component: 'scheduler' },
  };
  const cells = cellsOf('events', object);
  assert.is(cells['Last Seen'], '60s');
  assert.is(cells.Object, 'pod/web-1');
  assert.is(cells.Message, 'no node fits');
  assert.is(cells.Source, 'scheduler');
  assert.is(cells['First Seen'], '10m');
});

test.run();
