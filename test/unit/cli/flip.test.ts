import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { switchoverNames } from '../../../src/catalogue/switchovers.ts';
import { type FlipArguments, flipService } from '../../../src/cli/flip-service.ts';
import { watchDefaults } from '../../../src/cli/watch-defaults.ts';
import { flipAccess } from '../../../src/policies/access.ts';
import { asked, granted } from '../../support/granted.ts';
import { type ReadOnlyApi, type ReadOnlyOptions, readOnlyApi } from '../../support/read-only-api.ts';
import { ownStateFolder } from '../../support/state-folder.ts';

/* Against an API server that refuses every write and counts it. */
const test = suite('midflight flip, before anything is changed');
const folder = ownStateFolder(test);

const node = (name: string, labels = {}, annotations = {}) => ({
  metadata: { name, labels, annotations },
  spec: { providerID: `kind://docker/x/${name}` },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});
const pod = (nodeName: string) => ({
  metadata: { name: `traefik-${nodeName}`, namespace: 'web', labels: { app: 'traefik' } },
  spec: { nodeName },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});
const service = {
  metadata: { name: 'traefik', namespace: 'web' },
  spec: {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Cluster',
    selector: { app: 'traefik' },
    ports: [{ port: 80, nodePort: 30_080 }],
  },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } },
};
const label = 'node.kubernetes.io/exclude-from-external-load-balancers';
const mark = 'midflight.dev/excluded-for';
const lists = {
  '/api/v1/nodes': [node('a'), node('b'), node('spot', { 'cloud.google.com/gke-spot': 'true' })],
  '/api/v1/namespaces/web/services': [service],
  '/api/v1/services': [service],
  '/api/v1/namespaces/web/pods': [pod('a'), pod('b')],
};

interface Flipped {
  readonly api: ReadOnlyApi;
  readonly error: MidflightError | null;
  readonly code: number | null;
  readonly stdout: string;
}

async function flipped(
  folder: string,
  args: Partial<FlipArguments>,
  options: Partial<ReadOnlyOptions> = {},
): Promise<Flipped> {
  const api = await readOnlyApi({ lists, ...options });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, api.kubeconfig);
  const stdout = new PassThrough();
  let text = '';
  stdout.on('data', (chunk) => {
    text += chunk;
  });
  let error: MidflightError | null = null;
  let code: number | null = null;
  try {
    code = await flipService(
      {
        ...{ service: 'web/traefik', to: 'Local', strategy: 'auto', balancer: 'haproxy' },
        ...{ url: 'http://127.0.0.1:1/', context: undefined, kubeconfig, namespace: undefined },
        ...{ allowChanges: false, yes: true, dryRun: false, maxLost: 0, maxFailed: 0, json: false },
        awaited: null,
        watched: {
          ...watchDefaults,
          probePath: undefined,
          headers: [],
          headerFile: undefined,
          resolve: undefined,
          out: join(folder, 'out'),
          quiet: true,
        },
        ...args,
      },
      { stdout, stderr: new PassThrough(), env: {} },
    );
  } catch (thrown) {
    if (!(thrown instanceof MidflightError)) throw thrown;
    error = thrown;
  } finally {
    await api.stop();
  }
  return { api, error, code, stdout: text };
}

test('without --allow-changes the plan is shown and nothing is written', async () => {
  const { api, error, stdout } = await flipped(folder, {});
  assert.is(error?.code, 'bad-usage');
  assert.match(error?.message ?? '', 'nothing was changed: --allow-changes is not given');
  assert.match(stdout, 'web/traefik on context prod: externalTrafficPolicy Cluster -> Local');
  assert.match(stdout, /^> exclude-first: /m);
  assert.match(stdout, '2. flip: 1 call of the API');
  assert.equal(api.writes, []);
});

test('--dry-run prints every call, in order, as each step leaves the cluster, and writes nothing', async () => {
  const { api, code, stdout } = await flipped(folder, {
    dryRun: true,
    allowChanges: true,
    strategy: 'pin-check',
  });
  assert.is(code, 0);
  const calls = stdout.split('\n').filter((line) => /^ {3}(PATCH|POST|DELETE) /.test(line));
  const at = '/api/v1/namespaces/web/services/traefik';
  assert.equal(
    calls.map((line) => line.trim()),
    [
      `PATCH /api/v1/nodes/spot {"metadata":{"labels":{"${label}":"true"},"annotations":{"${mark}":"web/traefik"}}}`,
      `PATCH ${at} {"metadata":{"annotations":{"midflight.dev/check":"http:10256/healthz"}}}`,
      `PATCH ${at} {"spec":{"externalTrafficPolicy":"Local"}}`,
      `PATCH ${at} {"metadata":{"annotations":{"midflight.dev/check":null}}}`,
    ],
  );
  assert.equal(api.writes, []);
});

/** After a flip to Local by exclude-first: `spot` is out for it, `two` for another Service too, `theirs` by its owner's will. */
const flippedBefore = {
  '/api/v1/services': [service],
  '/api/v1/namespaces/web/services': [
    { ...service, spec: { ...service.spec, externalTrafficPolicy: 'Local', healthCheckNodePort: 32_000 } },
  ],
  '/api/v1/namespaces/web/pods': [pod('a'), pod('b')],
  '/api/v1/nodes': [
    ...[node('a'), node('b'), node('theirs', { [label]: 'true' })],
    node('spot', { [label]: 'true' }, { [mark]: 'web/traefik' }),
    node('two', { [label]: 'true' }, { [mark]: 'shop/edge,web/traefik' }),
  ],
};
const nodeCalls = (stdout: string) =>
  stdout.split('\n').flatMap((line) => / {3}PATCH \/api\/v1\/nodes\/(.*)$/.exec(line)?.slice(1) ?? []);

for (const strategy of [
  'in-place',
  'exclude-first',
  'pin-check',
  'keep-established',
  'daemonset-first',
] as const)
  test(`the flip back by ${strategy} gives back the nodes that were excluded for this Service, and no others`, async () => {
    const back = { to: 'Cluster', strategy, balancer: 'custom', dryRun: true } as const;
    const { code, error, stdout, api } = await flipped(folder, back, { lists: flippedBefore });
    if (error?.code === 'cluster-failed') return assert.match(error.message, `${strategy} is refused`);
    assert.is(code, 0, error?.message);
    assert.equal(nodeCalls(stdout), [
      `spot {"metadata":{"labels":{"${label}":null},"annotations":{"${mark}":null}}}`,
      `two {"metadata":{"labels":{"${label}":"true"},"annotations":{"${mark}":"shop/edge"}}}`,
    ]);
    assert.equal(api.writes, []);
  });

test('the policy set back by hand: the nodes that are still out are named, with what gives them back', async () => {
  const lists = { ...flippedBefore, '/api/v1/namespaces/web/services': [service] };
  const { code, stdout } = await flipped(folder, { to: 'Cluster', dryRun: true }, { lists });
  assert.is(code, 0);
  assert.equal(stdout.trim().split('\n').slice(2), [
    `  kubectl label node spot ${label}-`,
    `  kubectl annotate node spot ${mark}-`,
    `  kubectl annotate --overwrite node two ${mark}=shop/edge`,
  ]);
});

test('another flip to Local marks what is out for other Services too, and leaves labels of others alone', async () => {
  const [traefik] = flippedBefore['/api/v1/namespaces/web/services'];
  const edge = { ...traefik, metadata: { name: 'edge', namespace: 'web' }, spec: service.spec };
  const lists = { ...flippedBefore, '/api/v1/namespaces/web/services': [edge] };
  const options = { service: 'web/edge', strategy: 'exclude-first', dryRun: true } as const;
  const { stdout } = await flipped(folder, options, { lists });
  assert.equal(nodeCalls(stdout), [
    `spot {"metadata":{"labels":{"${label}":"true"},"annotations":{"${mark}":"web/traefik,web/edge"}}}`,
    `two {"metadata":{"labels":{"${label}":"true"},"annotations":{"${mark}":"shop/edge,web/traefik,web/edge"}}}`,
  ]);
});

test('refused if another Service under Local has no node but those that would be excluded', async () => {
  const spec = { ...service.spec, externalTrafficPolicy: 'Local', selector: { app: 'mail' } };
  const mail = { metadata: { name: 'mail', namespace: 'post' }, spec };
  const on = (...names: string[]) => ({
    ...lists,
    '/api/v1/services': [service, mail],
    '/api/v1/namespaces/post/pods': names.map(pod),
  });
  const options = { strategy: 'exclude-first', dryRun: true } as const;
  const cut = await flipped(folder, options, { lists: on('spot') });
  assert.match(cut.error?.message ?? '', 'every node of Service post/mail out of its load balancer');
  const inPlace = await flipped(folder, { ...options, strategy: 'in-place' }, { lists: on('spot') });
  assert.is(inPlace.code, 0, 'the plain patch excludes nothing');
  assert.is((await flipped(folder, options, { lists: on('spot', 'a') })).code, 0, 'one of its nodes stays');
  assert.is((await flipped(folder, options, { lists: on() })).code, 0, 'it had none before');
});

test('--await-connections: the excluded node is waited for, and a cluster whose tables cannot be read is refused', async () => {
  const awaited = {
    by: 'auto',
    netlink: false,
    image: undefined,
    podNamespace: 'kube-system',
    timeout: '1m',
  } as const;
  const plain = await flipped(folder, { dryRun: true });
  assert.match(plain.stdout, 'waits for no new connection through spot');
  const waiting = await flipped(folder, { dryRun: true, awaited });
  assert.match(waiting.stdout, 'waits for no connection, new or open, through spot');
  const cilium = { metadata: { name: 'anetd', namespace: 'kube-system' }, spec: { template: { spec: {} } } };
  const own = {
    ...lists,
    '/api/v1/services': [service],
    '/apis/apps/v1/daemonsets': [cilium],
    '/apis/discovery.k8s.io/v1/namespaces/web/endpointslices': [],
  };
  const refused = await flipped(folder, { allowChanges: true, awaited }, { lists: own, allows: () => true });
  assert.match(refused.error?.message ?? '', 'the data path is cilium');
  assert.equal(refused.api.writes, []);
});

test('missing permissions are reported as RBAC rules, before anything is written', async () => {
  const allows = (what: string) =>
    what !== 'patch nodes' && what !== 'create leases' && what !== 'update leases';
  const { api, error } = await flipped(folder, { allowChanges: true }, { allows });
  assert.is(error?.code, 'api-failed');
  assert.equal(error?.hint?.split('\n').slice(1, -1), [
    'apiGroups [""], resources ["nodes"], verbs ["patch"]',
    'apiGroups ["coordination.k8s.io"], resources ["leases"] in namespace kube-system, verbs ["create", "update"]',
  ]);
  assert.equal(api.writes, []);
});

test('a cluster that somebody may not write to: the Lease is refused, and nothing else is tried', async () => {
  const { api, error } = await flipped(folder, { allowChanges: true }, { allows: () => true });
  assert.match(error?.message ?? '', 'the API answered 403 to creating the lease kube-system/midflight');
  assert.equal(api.writes, ['POST /apis/coordination.k8s.io/v1/namespaces/kube-system/leases']);
});

test('what cannot be watched is refused before anything of the cluster is read or written', async () => {
  for (const [args, message] of [
    [{ url: 'shop.example/slow' }, "'shop.example/slow' is no URL"],
    [{ url: 'ftp://shop.example/' }, 'ftp cannot be watched'],
    [{ reporter: 'none-of-ours' }, 'none-of-ours'],
  ] as const) {
    const { api, error } = await flipped(folder, { allowChanges: true, ...args }, { allows: () => true });
    assert.is(error?.code, 'bad-usage');
    assert.match(error?.message ?? '', message);
    assert.equal(api.requests, []);
  }
});

test('a node that is leaving, a balancer that is not known, a policy that is there already', async () => {
  const leaving = {
    ...lists,
    '/api/v1/nodes': [node('a'), { ...node('b'), spec: { taints: [{ key: 'karpenter.sh/disrupted' }] } }],
  };
  const refused = await flipped(folder, { strategy: 'exclude-first' }, { lists: leaving });
  assert.match(
    refused.error?.message ?? '',
    'exclude-first is refused: node b is leaving (taint karpenter.sh/disrupted)',
  );
  const clouds = [{ ...node('a'), spec: {} }];
  const unknown = await flipped(
    folder,
    { balancer: undefined },
    { lists: { ...lists, '/api/v1/nodes': clouds } },
  );
  assert.match(unknown.error?.message ?? '', 'which load balancer serves web/traefik is not known');
  assert.is((await flipped(folder, { to: 'Cluster', allowChanges: true })).code, 0);
});

test('the ClusterRole midflight-flip grants exactly what the strategies ask for', () => {
  const needed = asked(switchoverNames.flatMap((name) => flipAccess(name, 'web')));
  assert.equal([...new Set(granted('midflight-flip').access)].sort(), [...new Set(needed)].sort());
});

test.run();
