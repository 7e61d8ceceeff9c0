import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { type CountArguments, countConnections } from '../../../src/cli/count-connections.ts';
import { connectionsPath, healthzPort } from '../../../src/kube/names.ts';
import { readerAccess, viewAccess } from '../../../src/transit/access.ts';
import { asked, granted } from '../../support/granted.ts';
import { ownAddress } from '../../support/node-port.ts';
import { type ReadOnlyOptions, readOnlyApi } from '../../support/read-only-api.ts';
import { ownStateFolder } from '../../support/state-folder.ts';

/* Against an API server that refuses every write and counts it. */
const test = suite('midflight connections');
const folder = ownStateFolder(test);

const host = ownAddress();
const embedded = (name: string, address: string) => ({
  metadata: { name, annotations: { 'midflight.dev/hello': 'node-port' } },
  spec: {},
  status: { addresses: [{ type: 'InternalIP', address }] },
});
const cloud = { metadata: { name: 'a' }, spec: { providerID: 'gce://p/z/a' }, status: {} };
const service = {
  metadata: { name: 'traefik', namespace: 'web' },
  spec: { type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30_080 }] },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } },
};
const slice = {
  metadata: { name: 'traefik-1', namespace: 'web', labels: { 'kubernetes.io/service-name': 'traefik' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.244.2.6'], nodeName: 'b' }],
  ports: [{ port: 8000 }],
};
const lists = (nodes: readonly unknown[], more = {}) => ({
  '/api/v1/nodes': nodes,
  '/api/v1/services': [service],
  '/apis/discovery.k8s.io/v1/endpointslices': [slice],
  ...more,
});

async function counted(folder: string, args: Partial<CountArguments>, options: ReadOnlyOptions) {
  const api = await readOnlyApi(options);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, api.kubeconfig);
  const stdout = new PassThrough();
  let text = '';
  stdout.on('data', (chunk) => {
    text += chunk;
  });
  const all: CountArguments = {
    ...{ context: undefined, kubeconfig, namespace: undefined, service: undefined, node: undefined },
    ...{ by: 'auto', allowChanges: false, netlink: false, image: undefined, podNamespace: 'kube-system' },
    json: false,
    ...args,
  };
  try {
    const code = await countConnections(all, { stdout, stderr: new PassThrough(), env: {} });
    return { api, code, text, error: null };
  } catch (error) {
    if (!(error instanceof MidflightError)) throw error;
    return { api, code: null, text, error };
  } finally {
    await api.stop();
  }
}

test('a node that only passes connections on, from its table to the count', async () => {
  const line = (port: number, state: string) =>
    `ipv4     2 tcp      6 9 ${state} src=203.0.113.7 dst=${host} sport=${port} dport=30080 src=10.244.2.6 dst=${host} sport=8000 dport=${port} [ASSURED] mark=0 use=1\n`;
  const server = createServer((request, answer) =>
    answer.end(request.url === connectionsPath ? line(1, 'ESTABLISHED') + line(2, 'TIME_WAIT') : ''),
  );
  await new Promise<void>((resolve) => server.listen(healthzPort, host, resolve));
  try {
    const options = { lists: lists([embedded('spot', host)]) };
    const { api, code, text } = await counted(folder, { json: true }, options);
    assert.is(code, 0);
    assert.equal(JSON.parse(text), {
      version: 1,
      nodes: [
        {
          ...{ node: 'spot', transit: 1, local: 0, gone: 0 },
          services: [{ service: 'web/traefik', transit: 1, local: 0, gone: 0 }],
        },
      ],
    });
    assert.equal(api.writes, []);
    const shown = await counted(
      folder,
      { service: 'web/traefik' },
      {
        lists: lists([embedded('spot', host)], {
          '/api/v1/namespaces/web/services': [service],
          '/apis/discovery.k8s.io/v1/namespaces/web/endpointslices': [slice],
        }),
      },
    );
    assert.match(shown.text, /^spot +1 +0 +0 {2}web\/traefik 1$/m);
    assert.match(shown.text, '1 live connection would be cut');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('without --allow-changes nothing is written if a pod is needed', async () => {
  const { api, error } = await counted(folder, {}, { lists: lists([cloud]), allows: () => true });
  assert.is(error?.code, 'bad-usage');
  assert.match(error?.message ?? '', '--allow-changes is not given');
  assert.equal(api.writes, []);
});

test('missing permissions are reported as RBAC rules, before anything is written', async () => {
  const allows = (what: string) => what !== 'create pods' && what !== 'get pods';
  const { api, error } = await counted(folder, { allowChanges: true }, { lists: lists([cloud]), allows });
  assert.is(error?.code, 'api-failed');
  assert.match(error?.hint ?? '', 'resources ["pods"] in namespace kube-system, verbs ["create", "get"]');
  assert.equal(api.writes, []);
});

test('a pod that the API server refuses: it is reported, and nothing is left in a journal', async () => {
  const { api, error } = await counted(
    folder,
    { allowChanges: true },
    { lists: lists([cloud]), allows: () => true },
  ).catch((thrown: unknown) => ({ api: null, error: thrown }));
  assert.match(String(error), '403');
  if (api !== null) assert.equal(api.writes, ['POST /api/v1/namespaces/kube-system/pods']);
  assert.equal(
    readdirSync(folder).filter((file) => file.startsWith('journal-')),
    [],
  );
});

test('a data path with tables of its own, an unknown node, a Service that is not there', async () => {
  const cilium = { metadata: { name: 'anetd', namespace: 'kube-system' }, spec: { template: { spec: {} } } };
  const own = lists([cloud], { '/apis/apps/v1/daemonsets': [cilium] });
  const refused = await counted(folder, { allowChanges: true }, { lists: own, allows: () => true });
  assert.match(refused.error?.message ?? '', 'the data path is cilium');
  const unknown = await counted(folder, { node: 'nobody' }, { lists: lists([cloud]) });
  assert.match(unknown.error?.message ?? '', "there is no node 'nobody'");
  const none = await counted(
    folder,
    { service: 'web/none' },
    {
      lists: lists([cloud], {
        '/api/v1/namespaces/web/services': [service],
        '/apis/discovery.k8s.io/v1/namespaces/web/endpointslices': [slice],
      }),
    },
  );
  assert.match(none.error?.message ?? '', 'there is no Service web/none');
});

test('its roles of deploy/rbac.yaml grant exactly what is asked for', () => {
  for (const [name, namespace, access] of [
    ['midflight-connections', undefined, viewAccess(undefined)],
    ['midflight-connections-pod', 'kube-system', readerAccess('kube-system')],
  ] as const) {
    const role = granted(name);
    assert.is(role.namespace, namespace);
    assert.equal(role.access.sort(), asked(access).sort(), name);
  }
});

test.run();
