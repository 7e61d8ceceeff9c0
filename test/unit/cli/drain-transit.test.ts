import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { drainTransitNode } from '../../../src/cli/drain-transit-node.ts';
import { drainAccess } from '../../../src/policies/access.ts';
import { asked, granted } from '../../support/granted.ts';
import { readOnlyApi } from '../../support/read-only-api.ts';
import { ownStateFolder } from '../../support/state-folder.ts';

/* Against an API server that refuses every write and counts it. */
const test = suite('midflight drain-transit');
const folder = ownStateFolder(test);

const node = (name: string) => ({
  metadata: { name, annotations: { 'midflight.dev/hello': 'node-port' } },
  spec: {},
  status: { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] },
});
const service = {
  metadata: { name: 'traefik', namespace: 'web' },
  spec: { type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30_080 }] },
};

async function drained(
  folder: string,
  args: Partial<Parameters<typeof drainTransitNode>[0]>,
  nodes = ['a', 'spot'],
  allows = (_what: string) => true,
) {
  const lists = {
    '/api/v1/nodes': nodes.map(node),
    '/api/v1/services': [service],
    '/apis/discovery.k8s.io/v1/endpointslices': [],
  };
  const api = await readOnlyApi({ lists, allows });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, api.kubeconfig);
  try {
    await drainTransitNode(
      {
        ...{ context: undefined, kubeconfig, namespace: undefined, service: undefined, node: 'spot' },
        ...{ by: 'auto', allowChanges: true, netlink: false, image: undefined, podNamespace: 'kube-system' },
        ...{ every: '1s', settle: '1s', timeout: '5s' },
        ...args,
      },
      { stdout: new PassThrough(), stderr: new PassThrough(), env: {} },
    );
    return { api, error: null };
  } catch (error) {
    if (!(error instanceof MidflightError)) throw error;
    return { api, error };
  } finally {
    await api.stop();
  }
}

test('refused before anything is written: not allowed, the last node, no such node, no duration', async () => {
  for (const [args, nodes, message] of [
    [{ allowChanges: false }, ['a', 'spot'], '--allow-changes is not given'],
    [{}, ['spot'], 'it would leave no node to the balancer'],
    [{ node: 'nobody' }, ['a'], "there is no node 'nobody'"],
    [{ settle: 'soon' }, ['a', 'spot'], '--settle soon is not a duration'],
  ] as const) {
    const { api, error } = await drained(folder, args, [...nodes]);
    assert.match(error?.message ?? '', message);
    assert.equal(api.writes, []);
  }
});

test('missing permissions are reported as RBAC rules', async () => {
  const { api, error } = await drained(folder, {}, ['a', 'spot'], (what) => what !== 'patch nodes');
  assert.match(error?.hint ?? '', 'apiGroups [""], resources ["nodes"], verbs ["patch"]');
  assert.equal(api.writes, []);
});

test('the Lease comes first: if it is refused the node is not touched, and no journal is left', async () => {
  const { api, error } = await drained(folder, {});
  assert.match(error?.message ?? '', '403 to creating the lease kube-system/midflight');
  assert.equal(api.writes, ['POST /apis/coordination.k8s.io/v1/namespaces/kube-system/leases']);
  assert.equal(
    readdirSync(folder).filter((file) => file.startsWith('journal-')),
    [],
  );
});

test('the ClusterRole midflight-drain-transit grants exactly what is asked for', () => {
  assert.equal(granted('midflight-drain-transit').access.sort(), asked(drainAccess).sort());
});

test.run();
