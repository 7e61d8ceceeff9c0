import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { type FaultArguments, injectLiveFault } from '../../../src/cli/inject-fault.ts';
import { createApiServer } from '../../../src/cluster/control-plane/http/server.ts';
import { embeddedKubeconfig } from '../../../src/cluster/control-plane/kubeconfig.ts';
import { liveFaultAccess } from '../../../src/run/live-fault/access.ts';
import { liveFaults } from '../../../src/run/live-fault/names.ts';
import { asked, granted } from '../../support/granted.ts';
import { readOnlyApi } from '../../support/read-only-api.ts';
import { ownStateFolder } from '../../support/state-folder.ts';
import { testCluster } from '../cluster/control-plane/cluster.ts';

const test = suite('midflight fault');
const folder = ownStateFolder(test);

const allowed = { 'midflight.dev/chaos': 'allowed' };
const node = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});
const pod = (nodeName: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `traefik-${nodeName}`, namespace: 'web', uid: nodeName, labels: { app: 'traefik' } },
  spec: { nodeName, containers: [{ name: 'c', image: 'i' }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'traefik', namespace: 'web' },
  spec: { type: 'LoadBalancer', selector: { app: 'traefik' }, ports: [{ port: 80 }] },
};

async function faulted(folder: string, kubeconfigText: string, args: Partial<FaultArguments>) {
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText);
  const stderr = new PassThrough();
  let said = '';
  stderr.on('data', (chunk) => {
    said += chunk;
  });
  const all: FaultArguments = {
    ...{ fault: 'drain', nodes: ['spot'], service: 'web/traefik', namespace: undefined, kubeconfig },
    ...{ context: undefined, command: undefined, recover: undefined, optIn: 'midflight.dev/chaos=allowed' },
    ...{ maxNodes: 1, hold: '0s', timeout: '10s', deleteEmptydirData: false, allowChanges: true },
    ...args,
  };
  try {
    const code = await injectLiveFault(all, { stdout: new PassThrough(), stderr, env: {} });
    return { code, said, error: null };
  } catch (error) {
    if (!(error instanceof MidflightError)) throw error;
    return { code: null, said, error };
  }
}

async function refused(folder: string, args: Partial<FaultArguments>, allows = (_what: string) => true) {
  const lists = {
    '/api/v1/nodes': [node('a', allowed), node('b'), node('spot', allowed)],
    '/api/v1/namespaces/web/services': [service],
    '/api/v1/namespaces/web/pods': [pod('a'), pod('b')],
    '/api/v1/pods': [pod('a'), pod('b')],
  };
  const api = await readOnlyApi({ lists, allows });
  try {
    return { ...(await faulted(folder, api.kubeconfig, args)), writes: [...api.writes] };
  } finally {
    await api.stop();
  }
}

test('refused before anything is written, with the reason', async () => {
  const command = { fault: 'command' as const, command: 'stop {name}', recover: 'start {name}' };
  for (const [args, message] of [
    [{ allowChanges: false }, 'nothing was changed'],
    [{ nodes: ['b'] }, 'node b has not the label'],
    [{ nodes: ['a', 'spot'] }, 'at most 1 may be out at once'],
    [{ nodes: ['a'] }, 'pod web/traefik-a has no controller'],
    [{ fault: 'pod-delete' as const }, 'no ready pod of the Service runs there'],
    [{ ...command, recover: undefined }, 'needs --command and --recover'],
    [{ ...command, recover: 'start all' }, 'does not name the node: start all'],
    [{ ...command, command: 'stop {id}' }, '{id} is no known placeholder'],
    [{ command: 'stop {name}' }, 'are for fault command'],
    [{ optIn: 'chaos' }, '--opt-in chaos is not KEY=VALUE'],
    [{ hold: 'long' }, '--hold long is not a duration'],
  ] as const) {
    const { error, writes } = await refused(folder, args as Partial<FaultArguments>);
    assert.match(error?.message ?? '', message);
    assert.equal(writes, []);
  }
});

test('missing permissions are reported as RBAC rules; without the Lease nothing is touched', async () => {
  const missing = await refused(folder, {}, (what) => what !== 'create pods');
  assert.match(missing.error?.hint ?? '', 'resources ["pods/eviction"]');
  assert.equal(missing.writes, []);
  const { writes } = await refused(folder, {});
  assert.equal(writes, ['POST /apis/coordination.k8s.io/v1/namespaces/kube-system/leases']);
});

test('on an API that lets it: the node is taken and given back, and nothing is left', async () => {
  const cluster = testCluster();
  const server = createApiServer(cluster.context, (error) => {
    throw error;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const api = async (method: string, path: string, body?: object) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }),
    });
    return { code: answer.status, body: await answer.json() };
  };
  try {
    await api('POST', '/api/v1/namespaces', { metadata: { name: 'web' } });
    await api('POST', '/api/v1/namespaces/web/services', service);
    for (const one of [node('a'), node('spot', allowed)]) {
      await api('POST', '/api/v1/nodes', one);
      await api('PATCH', `/api/v1/nodes/${one.metadata.name}/status`, { status: one.status });
    }
    const kubeconfig = embeddedKubeconfig('127.0.0.1', port);
    const drained = await faulted(folder, kubeconfig, {});
    assert.is(drained.error, null);
    assert.is(drained.code, 0);
    assert.match(drained.said, 'spot cordoned, 0 pods evicted');
    assert.match(drained.said, 'undone: node spot cordoned: restored, node spot open to the scheduler');
    assert.not((await api('GET', '/api/v1/nodes/spot')).body.spec?.unschedulable);
    const at = (name: string) => join(folder, name);
    const taken = await faulted(folder, kubeconfig, {
      ...{ fault: 'command', command: `touch ${at('taken-{name}')}`, recover: `touch ${at('back-{name}')}` },
    });
    assert.is(taken.code, 0);
    assert.ok(existsSync(at('taken-spot')) && existsSync(at('back-spot')));
    assert.match(taken.said, 'spot: Ready again');
    const failing = await faulted(folder, kubeconfig, {
      ...{ fault: 'command', command: 'false {name}', recover: `touch ${at('after-{name}')}` },
    });
    assert.match(failing.error?.message ?? '', 'it ended with exit code 1');
    assert.ok(existsSync(at('after-spot')));
    assert.is(
      (await api('GET', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/midflight')).code,
      404,
    );
    assert.equal(
      readdirSync(folder).filter((file) => file.startsWith('journal-')),
      [],
    );
  } finally {
    cluster.stop();
    server.close();
    server.closeAllConnections();
  }
});

test('the ClusterRole midflight-fault grants exactly what the faults ask for', () => {
  const needed = asked(liveFaults.flatMap((name) => liveFaultAccess(name, 'web')));
  assert.equal([...new Set(granted('midflight-fault').access)].sort(), [...new Set(needed)].sort());
});

test.run();
