import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { followCluster } from '../../../src/edge/follow.ts';
import { kubeConfigFromText } from '../../../src/kube/config.ts';
import { fakeKubeApi } from '../../support/fake-kube-api.ts';
import { eventually } from '../../support/node-port.ts';

const nodes = '/api/v1/nodes';
const services = '/api/v1/namespaces/web/services';
const taints = [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }];

const node = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec,
  status: { addresses: [{ type: 'InternalIP', address: `10.0.0.${name.at(-1)}` }] },
});
const service = (externalTrafficPolicy: string) => ({
  metadata: { name: 'web', namespace: 'web' },
  spec: { externalTrafficPolicy, ports: [{ port: 80, nodePort: 30_080 }] },
});

/** What the controller programs, in order: `Cluster n1 n2`. */
async function followed(
  actsOnTaint: boolean,
  work: (api: Awaited<ReturnType<typeof fakeKubeApi>>, applied: string[]) => Promise<void>,
  reconcileDelayMs = 0,
) {
  const api = await fakeKubeApi();
  const applied: string[] = [];
  api.put(services, service('Cluster'));
  for (const name of ['n1', 'n2']) api.put(nodes, node(name));
  const follow = followCluster({
    kubeConfig: kubeConfigFromText(api.kubeconfig),
    service: { namespace: 'web', name: 'web' },
    excludeNodes: [],
    excludeLabel: 'honoured',
    actsOnTaint,
    reconcileDelayMs,
    backends: (_service, all) => all,
    apply: (found) =>
      applied.push(`${found.service?.policy} ${found.targets.map(({ name }) => name).join(' ')}`),
    onError: (error) => assert.unreachable(String(error)),
  });
  try {
    await follow.ready;
    await eventually(() => applied.length === 1);
    await work(api, applied);
  } finally {
    follow.stop();
    await api.stop();
  }
}

test("the autoscaler's taint by itself changes nothing; the next sync for another reason leaves the node out", () =>
  followed(false, async (api, applied) => {
    api.put(nodes, node('n2', { taints }));
    api.put(nodes, node('n3'));
    await eventually(() => applied.length === 2);
    assert.equal(applied, ['Cluster n1 n2', 'Cluster n1 n3'], 'not before n3 came');
    api.put(nodes, node('n2'));
    api.put(services, service('Local'));
    await eventually(() => applied.length === 3);
    assert.is(applied.at(-1), 'Local n1 n2 n3');
  }));

test('a controller that acts on the taint leaves the node out at once', () =>
  followed(true, async (api, applied) => {
    api.put(nodes, node('n2', { taints }));
    await eventually(() => applied.length === 2);
    assert.equal(applied, ['Cluster n1 n2', 'Cluster n1']);
  }));

test('a node that is gone is left out, also if it had been leaving', () =>
  followed(false, async (api, applied) => {
    api.put(nodes, node('n2', { taints }));
    api.remove(nodes, 'n2');
    await eventually(() => applied.length === 2);
    assert.is(applied.at(-1), 'Cluster n1');
    api.put(nodes, node('n2'));
    await eventually(() => applied.length === 3);
    assert.is(applied.at(-1), 'Cluster n1 n2', 'and is back when it is there again');
  }));

test('the first state is taken at once, however long a change takes', () =>
  followed(false, async (_api, applied) => assert.equal(applied, ['Cluster n1 n2']), 3_600_000));

test('changes are taken together after the delay', () =>
  followed(
    false,
    async (api, applied) => {
      api.put(services, service('Local'));
      api.put(nodes, node('n3'));
      await eventually(() => applied.length === 2);
      assert.equal(applied, ['Cluster n1 n2', 'Local n1 n2 n3']);
    },
    1000,
  ));

test.run();
