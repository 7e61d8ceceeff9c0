import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checks } from '../../../src/audit/checks/index.ts';
import type { Severity } from '../../../src/audit/schema.ts';
import {
  auditOf,
  daemonSet,
  deployment,
  findingOf,
  idsOf,
  node,
  service,
  slice,
  spot,
} from '../../support/audit.ts';

/* Of each check a cluster in which it fires, and the nearest one in which it does not. */
const test = suite('audit checks');

const two = [node('a'), node('b')];
const on = (...nodes: string[]) => slice(nodes);
const lbc = { finalizers: ['service.k8s.aws/resources'] };
const aws = 'service.beta.kubernetes.io/aws-load-balancer-';
const local = { externalTrafficPolicy: 'Local' };
const exclude = 'node.kubernetes.io/exclude-from-external-load-balancers';
const ip = (address: string) => ({ loadBalancer: { ingress: [{ ip: address }] } });
const middleware = (spec: unknown) => ({
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'Middleware',
  metadata: { name: 'm', namespace: 'shop' },
  spec,
});
const autoscaler = (args: string[]) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'cluster-autoscaler', namespace: 'kube-system' },
  spec: {
    template: {
      metadata: {},
      spec: {
        containers: [{ name: 'ca', image: 'registry.k8s.io/autoscaling/cluster-autoscaler:v1', args }],
      },
    },
  },
});
const preStop = (seconds: number) => ({ lifecycle: { preStop: { sleep: { seconds } } } });

interface Cell {
  readonly id: string;
  readonly what: string;
  readonly fires: readonly unknown[];
  readonly severity: Severity;
  readonly not: readonly unknown[];
  readonly options?: { readonly longestSeconds: number };
}

const cells: readonly Cell[] = [
  {
    id: 'MF001',
    what: 'a preemptible node without an endpoint',
    fires: [...two, node('s', spot), service(), on('a', 'b')],
    severity: 'high',
    not: [...two, node('s', spot), service(local), on('a', 'b')],
  },
  {
    id: 'MF001',
    what: 'a preemptible node has an endpoint itself',
    fires: [...two, node('s', spot), service(), on('a', 'b')],
    severity: 'high',
    not: [...two, node('s', spot), service(), on('a', 'b', 's')],
  },
  {
    id: 'MF001',
    what: 'a preemptible node is left out by label',
    fires: [...two, node('s', spot), service(), on('a', 'b')],
    severity: 'high',
    not: [...two, node('s', { ...spot, [exclude]: '' }), service(), on('a', 'b')],
  },
  {
    id: 'MF002',
    what: 'a node without an endpoint, not preemptible',
    fires: [...two, node('c'), service(), on('a', 'b')],
    severity: 'medium',
    not: [...two, node('s', spot), service(), on('a', 'b')],
  },
  {
    id: 'MF003',
    what: 'one node',
    fires: [...two, service(), on('a', 'a')],
    severity: 'high',
    not: [...two, service(), on('a', 'b')],
  },
  {
    id: 'MF003',
    what: 'one of two zones',
    fires: [
      node('a', { 'topology.kubernetes.io/zone': '1' }),
      node('b', { 'topology.kubernetes.io/zone': '1' }),
      node('c', { 'topology.kubernetes.io/zone': '2' }),
      service(),
      on('a', 'b'),
    ],
    severity: 'medium',
    not: [
      node('a', { 'topology.kubernetes.io/zone': '1' }),
      node('b', { 'topology.kubernetes.io/zone': '2' }),
      service(),
      on('a', 'b'),
    ],
  },
  {
    id: 'MF004',
    what: 'two to one',
    fires: [...two, service(local), on('a', 'a', 'b')],
    severity: 'medium',
    not: [...two, service(local), on('a', 'a', 'b', 'b', 'b')],
  },
  {
    id: 'MF004',
    what: 'two to one, under Cluster',
    fires: [...two, service(), on('a', 'a', 'b')],
    severity: 'low',
    not: [...two, service(), on('a', 'b')],
  },
  {
    id: 'MF005',
    what: 'an NLB that resets the connections of unhealthy targets',
    fires: [...two, service({}, lbc), on('a')],
    severity: 'high',
    not: [
      ...two,
      service(
        {},
        {
          ...lbc,
          annotations: {
            [`${aws}target-group-attributes`]:
              'target_health_state.unhealthy.connection_termination.enabled=false',
          },
        },
      ),
      on('a'),
    ],
  },
  {
    id: 'MF006',
    what: 'a GKE target pool',
    fires: [...two, service({}, { finalizers: ['gke.networking.io/l4-netlb-v1'] }), on('a')],
    severity: 'critical',
    not: [...two, service({}, { finalizers: ['gke.networking.io/l4-netlb-v2'] }), on('a')],
  },
  {
    id: 'MF006',
    what: 'a GKE target pool that is Local already',
    fires: [...two, service(local, { finalizers: ['gke.networking.io/l4-netlb-v1'] }), on('a', 'b')],
    severity: 'info',
    not: [...two, service(local, { finalizers: ['gke.networking.io/l4-netlb-v3'] }), on('a', 'b')],
  },
  {
    id: 'MF007',
    what: 'an in-tree NLB',
    fires: [...two, service({}, { annotations: { [`${aws}type`]: 'nlb' } }), on('a')],
    severity: 'high',
    not: [...two, service({}, lbc), on('a')],
  },
  {
    id: 'MF008',
    what: 'IP targets',
    fires: [...two, service({}, { ...lbc, annotations: { [`${aws}nlb-target-type`]: 'ip' } }), on('a')],
    severity: 'info',
    not: [...two, service({}, lbc), on('a')],
  },
  {
    id: 'MF009',
    what: 'the exclude label on AKS',
    fires: [
      node('a', { 'kubernetes.azure.com/mode': 'user', [exclude]: '' }, { providerID: 'azure:///x' }),
      service(),
      on('a'),
    ],
    severity: 'medium',
    not: [
      node('a', { 'kubernetes.azure.com/mode': 'user' }, { providerID: 'azure:///x' }),
      service(),
      on('a'),
    ],
  },
  {
    id: 'MF009',
    what: 'the exclude label on a node with endpoints under Local',
    fires: [node('a', { [exclude]: '' }), node('b'), service(local), on('a', 'b')],
    severity: 'high',
    not: [node('a', { [exclude]: '' }), node('b'), service(local), on('b', 'b')],
  },
  {
    id: 'MF009',
    what: 'the exclude label with the value false',
    fires: [node('a', { [exclude]: 'false' }), node('b'), service(), on('b')],
    severity: 'medium',
    not: [node('a', { [exclude]: 'true' }), node('b'), service(), on('b')],
  },
  {
    id: 'MF010',
    what: 'a node that the autoscaler removes',
    fires: [
      ...two,
      node('c', {}, { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] }),
      service(),
      on('a', 'b'),
    ],
    severity: 'high',
    not: [
      ...two,
      node('c', {}, { taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
      service(),
      on('a', 'b'),
    ],
  },
  {
    id: 'MF011',
    what: 'Local without a preStop hook',
    fires: [...two, service(local, lbc), on('a', 'b'), deployment()],
    severity: 'medium',
    not: [...two, service(local, lbc), on('a', 'b'), deployment({}, preStop(26))],
  },
  {
    id: 'MF011',
    what: 'the check of the balancer is slower by annotation',
    fires: [
      ...two,
      service(local, { ...lbc, annotations: { [`${aws}healthcheck-interval`]: '30' } }),
      on('a', 'b'),
      deployment({}, preStop(26)),
    ],
    severity: 'medium',
    not: [
      ...two,
      service(local, { ...lbc, annotations: { [`${aws}healthcheck-interval`]: '5' } }),
      on('a', 'b'),
      deployment({}, preStop(26)),
    ],
  },
  {
    id: 'MF012',
    what: 'a grace period shorter than the longest request',
    options: { longestSeconds: 60 },
    fires: [...two, service(), on('a', 'b'), deployment({ terminationGracePeriodSeconds: 60 }, preStop(5))],
    severity: 'medium',
    not: [...two, service(), on('a', 'b'), deployment({ terminationGracePeriodSeconds: 65 }, preStop(5))],
  },
  {
    id: 'MF012',
    what: "Traefik's own grace",
    options: { longestSeconds: 60 },
    fires: [
      ...two,
      service(),
      on('a', 'b'),
      deployment({ terminationGracePeriodSeconds: 90 }, { image: 'docker.io/library/traefik:v3' }),
    ],
    severity: 'medium',
    not: [
      ...two,
      service(),
      on('a', 'b'),
      deployment(
        { terminationGracePeriodSeconds: 90 },
        { image: 'traefik:v3', args: ['--entryPoints.web.transport.lifeCycle.graceTimeOut=70s'] },
      ),
    ],
  },
  {
    id: 'MF013',
    what: 'minReadySeconds below what the balancer needs',
    fires: [...two, service(local, lbc), on('a', 'b'), deployment({}, preStop(60))],
    severity: 'low',
    not: [...two, service(local, lbc), on('a', 'b'), deployment({}, preStop(60), { minReadySeconds: 20 })],
  },
  {
    id: 'MF014',
    what: 'an allow list behind the ingress',
    fires: [...two, service(), on('a', 'b'), middleware({ ipAllowList: { sourceRange: ['192.0.2.0/24'] } })],
    severity: 'medium',
    not: [...two, service(), on('a', 'b'), middleware({ headers: {} })],
  },
  {
    id: 'MF015',
    what: 'proxy protocol and Local on an NLB',
    fires: [...two, service(local, { ...lbc, annotations: { [`${aws}proxy-protocol`]: '*' } }), on('a', 'b')],
    severity: 'high',
    not: [...two, service({}, { ...lbc, annotations: { [`${aws}proxy-protocol`]: '*' } }), on('a', 'b')],
  },
  {
    id: 'MF016',
    what: 'a TCP check under Local',
    fires: [
      ...two,
      service(local, { ...lbc, annotations: { [`${aws}healthcheck-protocol`]: 'TCP' } }),
      on('a', 'b'),
    ],
    severity: 'high',
    not: [
      ...two,
      service(local, { ...lbc, annotations: { [`${aws}healthcheck-protocol`]: 'HTTP' } }),
      on('a', 'b'),
    ],
  },
  {
    id: 'MF016',
    what: 'type NodePort under Local',
    fires: [...two, service({ ...local, type: 'NodePort' }), on('a', 'b')],
    severity: 'low',
    not: [...two, service({ type: 'NodePort' }), on('a', 'b')],
  },
  {
    id: 'MF017',
    what: 'kube-router',
    fires: [
      ...two,
      service(),
      on('a', 'b'),
      daemonSet('kube-router', { args: ['--run-service-proxy=true'] }),
    ],
    severity: 'medium',
    not: [
      ...two,
      service(),
      on('a', 'b'),
      daemonSet('kube-proxy', { command: ['kube-proxy', '--proxy-mode=iptables'] }),
    ],
  },
  {
    id: 'MF018',
    what: 'no node ports for a balancer that needs them',
    fires: [
      ...two,
      service({ allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] }, lbc),
      on('a', 'b'),
    ],
    severity: 'medium',
    not: [
      ...two,
      service(
        { allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] },
        { finalizers: ['gke.networking.io/l4-netlb-v3'] },
      ),
      on('a', 'b'),
    ],
  },
  {
    id: 'MF019',
    what: 'one address for Services with different pods',
    fires: [
      ...two,
      { ...service(local), status: ip('192.0.2.1') },
      { ...service({ selector: { app: 'other' } }, { name: 'other' }), status: ip('192.0.2.1') },
    ],
    severity: 'high',
    not: [
      ...two,
      { ...service(local), status: ip('192.0.2.1') },
      { ...service({}, { name: 'other' }), status: ip('192.0.2.1') },
    ],
  },
  {
    id: 'MF020',
    what: "a Gateway's Local beside an ingress' Cluster",
    fires: [
      service(),
      service(local, {
        name: 'gw',
        ownerReferences: [
          { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', name: 'gw', uid: 'u' },
        ],
      }),
    ],
    severity: 'medium',
    not: [
      service(local),
      service(local, {
        name: 'gw',
        ownerReferences: [
          { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', name: 'gw', uid: 'u' },
        ],
      }),
    ],
  },
  {
    id: 'MF022',
    what: 'an autoscaler that does not wait',
    fires: [...two, service({}, lbc), on('a', 'b'), autoscaler([])],
    severity: 'medium',
    not: [...two, service({}, lbc), on('a', 'b'), autoscaler(['--node-delete-delay-after-taint=40s'])],
  },
  {
    id: 'MF023',
    what: 'PreferSameNode under Cluster',
    fires: [service({ trafficDistribution: 'PreferSameNode' })],
    severity: 'info',
    not: [service({ trafficDistribution: 'PreferClose' })],
  },
];

for (const { id, what, fires, severity, not, options = {} } of cells) {
  test(`${id}: ${what}`, () => {
    const found = findingOf(auditOf(fires, options), id);
    assert.is(found.severity, severity);
    assert.ok(found.evidence.length > 0 && found.summary !== '' && found.remedy.text !== '');
    assert.not.ok(idsOf(auditOf(not, options)).includes(id), `${id} where it does not apply`);
  });
}

test('every check has a cell here, but for what only a live cluster shows', () => {
  const liveOnly = ['MF021', 'MF024']; // test/unit/audit/live.test.ts
  const covered = new Set([...cells.map(({ id }) => id), ...liveOnly]);
  assert.equal(
    checks.map(({ id }) => id).filter((id) => !covered.has(id)),
    [],
  );
  assert.equal(
    checks.map(({ id }) => id),
    checks.map((_, index) => `MF${String(index + 1).padStart(3, '0')}`),
  );
});

test('two ingress nodes and three preemptible ones without a pod: 60 % pass through the three', () => {
  const nodes = [...two, node('s1', spot), node('s2', spot), node('s3', spot)];
  const before = auditOf([...nodes, service(), on('a', 'b')]);
  const found = findingOf(before, 'MF001');
  assert.equal(found.nodes, { count: 3, names: ['s1', 's2', 's3'] });
  assert.is(found.values.exposedShare, 0.6);
  assert.equal(before.services[0]?.preemptibleTransit?.names, ['s1', 's2', 's3']);
  assert.is(before.verdict, 'fail');
  const after = auditOf([...nodes, service(local), on('a', 'b')]);
  assert.is(after.services[0]?.exposedShare, 0);
  assert.is(after.verdict, 'pass');
});

test('what each death costs: the node as transit, as endpoint, and both', () => {
  const [audited] = auditOf([...two, node('c'), node('d'), service(), on('a', 'a', 'b', 'b')]).services;
  assert.equal(
    audited?.nodes.map((one) => [one.node, one.cluster, one.local]),
    [
      ['a', 1 / 4 + 1 / 2 - 1 / 8, 1 / 2],
      ['b', 1 / 4 + 1 / 2 - 1 / 8, 1 / 2],
      ['c', 1 / 4, 0],
      ['d', 1 / 4, 0],
    ],
  );
});

test('nodes that the balancer does not use do not count', () => {
  const others = [
    node('fargate', { 'eks.amazonaws.com/compute-type': 'fargate' }),
    node('down', {}, { ready: 'Unknown' }),
    node('control-plane', { [exclude]: '' }),
  ];
  const [audited] = auditOf([...two, ...others, service(), on('a')]).services;
  assert.equal(audited?.takesConnections, {
    Cluster: { count: 2, names: ['a', 'b'] },
    Local: { count: 1, names: ['a'] },
  });
});

test('a pod of two address families is one endpoint, one that is not ready is none', () => {
  const ipv6 = { ...on('a'), metadata: { ...on('a').metadata, name: 'web-v6' }, addressType: 'IPv6' };
  const [first, second] = on('a', 'b').endpoints;
  const half = { ...on('a'), endpoints: [first, { ...second, conditions: { ready: false } }] };
  assert.is(auditOf([...two, service(), half, ipv6]).services[0]?.readyEndpoints, 1);
});

test('without nodes or endpoints a check is undecided, not passed', () => {
  const { undecided, findings } = auditOf([service()]);
  assert.equal(findings, []);
  const reasons = new Map(undecided.map(({ id, because }) => [id, because]));
  assert.is(reasons.get('MF001'), 'no Node is known');
  assert.is(reasons.get('MF004'), 'no EndpointSlice or Pod of the Service is known');
  assert.is(reasons.get('MF012'), '--longest is not given');
});

test("a mark of the user's own", () => {
  const objects = [...two, node('s', { pool: 'cheap' }), service(), on('a', 'b')];
  assert.not.ok(idsOf(auditOf(objects)).includes('MF001'));
  const marked = auditOf(objects, {
    spotMarks: [{ key: 'pool', values: ['cheap'], platform: 'own', source: 'test' }],
  });
  assert.equal(findingOf(marked, 'MF001').nodes?.names, ['s']);
});

test.run();
