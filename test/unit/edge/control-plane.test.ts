import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { launchChild } from '../../../src/base/child.ts';
import { monotonic } from '../../../src/base/clock.ts';
import { roleBundle } from '../../../src/base/package.ts';
import { startControlPlane } from '../../../src/cluster/control-plane/control-plane.ts';
import { embeddedKubeconfig } from '../../../src/cluster/control-plane/kubeconfig.ts';
import { edgeProtocol } from '../../../src/edge/protocol.ts';
import type { EventOf } from '../../../src/history/schema.ts';
import { historyEvent } from '../../../src/history/schema.ts';
import { kubeConfigFromText } from '../../../src/kube/config.ts';
import { patchObject } from '../../../src/kube/patch.ts';
import { callApi } from '../../../src/kube/request.ts';
import { presets } from '../../../src/presets/index.ts';
import '../../support/bundles.ts';

const second = 1000;

test('the edge follows the embedded control plane: its nodes, its flips and the ports that it allots', async () => {
  const errors: unknown[] = [];
  const plane = await startControlPlane(
    {
      role: 'control-plane',
      host: '127.0.0.1',
      port: 0,
      token: '',
      seed: 1,
      timeScale: 1,
      timers: {
        nodeMonitorGraceMs: 50 * second,
        nodeMonitorPeriodMs: 5 * second,
        leaseRenewMs: 10 * second,
        podEvictionMs: 300 * second,
      },
    },
    { clock: monotonic, wall: () => new Date(), onError: (where, error) => errors.push([where, error]) },
  );
  const kubeconfig = embeddedKubeconfig('127.0.0.1', plane.port);
  const kubeConfig = kubeConfigFromText(kubeconfig);
  const post = (path: string, content: unknown) =>
    callApi({ kubeConfig, path, method: 'POST', body: { contentType: 'application/json', content } });
  for (const index of [1, 2]) {
    const name = `n${index}`;
    await post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await patchObject(kubeConfig, `/api/v1/nodes/${name}/status`, {
      status: { addresses: [{ type: 'InternalIP', address: `127.0.0.${index}` }] },
    });
  }
  await post('/api/v1/namespaces/default/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'ingress' },
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: 'ingress' } },
  });
  const edge = await launchChild({
    command: process.execPath,
    args: [roleBundle('edge')],
    protocol: edgeProtocol,
    name: 'edge',
    config: {
      role: 'edge',
      lanes: [],
      preset: { ...presets.custom, reconcileDelayMs: 100 },
      timeScale: 1,
      seed: 1,
      listen: { host: '127.0.0.1', port: 0 },
      kubeconfig,
      service: { namespace: 'default', name: 'ingress' },
      excludeNodes: [],
      bindClientAddress: false,
      checkFrom: null,
      publishAddress: '127.0.0.1',
    },
  });
  try {
    const seen: EventOf<'reconcile'>[] = [];
    edge.onMessage((message) => {
      const event = historyEvent.parse(message);
      if (event.type === 'reconcile') seen.push(event);
    });
    const reconciled = async (count: number) => {
      for (let tries = 0; tries < 500 && seen.length < count; tries += 1) await monotonic.sleep(20);
      return seen.slice(0, count).map(({ policy, healthCheckNodePort, nodes }) => ({
        policy,
        healthPort: healthCheckNodePort !== null,
        nodes,
      }));
    };
    const setPolicy = (externalTrafficPolicy: 'Cluster' | 'Local') =>
      patchObject(kubeConfig, '/api/v1/namespaces/default/services/ingress', {
        spec: { externalTrafficPolicy },
      });
    const both = ['n1', 'n2'];
    const initial = { policy: 'Cluster', healthPort: false, nodes: both };
    assert.equal(await reconciled(1), [initial]);
    await setPolicy('Local');
    const flipped = { policy: 'Local', healthPort: true, nodes: both };
    assert.equal(await reconciled(2), [initial, flipped]);
    const excluded = { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' };
    await patchObject(kubeConfig, '/api/v1/nodes/n2', { metadata: { labels: excluded } });
    await reconciled(3);
    await setPolicy('Cluster');
    assert.equal((await reconciled(4)).slice(2), [
      { policy: 'Local', healthPort: true, nodes: ['n1'] },
      { policy: 'Cluster', healthPort: false, nodes: ['n1'] },
    ]);
    const none = { 'node.kubernetes.io/exclude-from-external-load-balancers': null };
    const label = (name: string, labels: object) =>
      patchObject(kubeConfig, `/api/v1/nodes/${name}`, { metadata: { labels } });
    await Promise.all([label('n1', excluded), label('n2', none)]);
    assert.equal((await reconciled(5)).slice(4), [{ policy: 'Cluster', healthPort: false, nodes: ['n2'] }]);
    const service = await callApi({ kubeConfig, path: '/api/v1/namespaces/default/services/ingress' });
    assert.match(JSON.stringify(service), '"loadBalancer":{"ingress":[{"ip":"127.0.0.1"}]}');
    assert.equal(errors, []);
  } finally {
    await edge.stop();
    await plane.stop();
  }
});

test.run();
