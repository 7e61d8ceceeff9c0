import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { kubeConfigFromText } from '../../../src/kube/config.ts';
import { contextProvider } from '../../../src/providers/context/index.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { refuseUnable } from '../../../src/run/refuse.ts';
import { type FakeKubeApi, fakeKubeApi } from '../../support/fake-kube-api.ts';
import { basicPlan } from '../../support/plan.ts';

const test = suite<{ api: FakeKubeApi; provider: Provider }>('an existing cluster as a provider');
const never = new AbortController().signal;
const services = '/api/v1/namespaces/web/services';
const pods = '/api/v1/namespaces/web/pods';
const silent = { progress: () => {}, failed: () => {}, note: () => {}, event: () => {} };
const service = {
  metadata: { name: 'front', namespace: 'web' },
  spec: { type: 'LoadBalancer', ports: [{ port: 443 }, { port: 80 }] },
};

test.before.each(async (context) => {
  const api = await fakeKubeApi();
  api.put('/api/v1/nodes', {
    metadata: {
      name: 'spot-1',
      labels: { 'cloud.google.com/gke-nodepool': 'spot', 'cloud.google.com/gke-spot': 'true' },
    },
    status: { addresses: [{ type: 'InternalIP', address: '10.0.0.7' }] },
  });
  api.put('/api/v1/nodes', {
    metadata: { name: 'cp', labels: { 'node-role.kubernetes.io/control-plane': '' } },
  });
  api.put(services, service);
  context.api = api;
  context.provider = contextProvider({
    kubeConfig: kubeConfigFromText(api.kubeconfig),
    workload: {
      service: { namespace: 'web', name: 'front' },
      ingress: { namespace: 'web', labelSelector: 'app=ingress' },
      app: { namespace: 'web', labelSelector: 'app=shop', service: 'shop' },
      hostname: 'shop.example',
    },
  });
});
test.after.each(async ({ api, provider }) => {
  await provider.down();
  await api.stop();
});

const refusal = async (work: Promise<unknown>): Promise<MidflightError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof MidflightError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

test('its nodes come from the API, with pool and kind as the clouds label them', async ({ provider }) => {
  await provider.cluster.open(basicPlan, silent, never, {
    make: () => Promise.reject(new Error('a change')),
  });
  assert.equal(
    provider.cluster
      .nodes()
      .map(({ name, pool, address, preemptible }) => [name, pool, address, preemptible]),
    [['spot-1', 'spot', '10.0.0.7', true]],
  );
  assert.equal(provider.cluster.place(basicPlan), { provider: 'context', cluster: 'fake', kept: true });
});

test('its front is its own balancer, once that has an address', async ({ api, provider }) => {
  const { front } = provider;
  assert.ok(front.kind === 'balancer');
  assert.match((await refusal(front.dial())).message, 'has no address yet');
  api.put(services, { ...service, status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } } });
  assert.equal(await front.dial(), { host: '203.0.113.9', port: 80 });
  api.put(services, { ...service, spec: { type: 'NodePort', ports: [{ port: 80 }] } });
  assert.match((await refusal(front.dial())).message, 'type NodePort, not LoadBalancer');
});

test('its workload is found, not installed', async ({ api, provider }) => {
  const before = await refusal(provider.workload.ready(basicPlan, never));
  assert.match(before.message, 'no pod of the ingress is Ready');
  for (const app of ['ingress', 'shop'])
    api.put(pods, {
      metadata: { name: `${app}-1`, namespace: 'web', labels: { app } },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    });
  assert.is((await provider.workload.ready(basicPlan, never)).service.name, 'front');
  assert.is(provider.workload.owner, 'theirs');
});

test('a fault that needs an effect which it does not offer is refused, with those it can do', async ({
  provider,
}) => {
  const fault = (kind: 'preempt' | 'drain') => ({
    fault: { kind, target: {}, pod: 'ingress' as const, trigger: { streamsInFlight: 1, afterMs: 0 } },
  });
  refuseUnable(fault('drain'), provider);
  refuseUnable({ fault: null }, provider);
  const { message, hint } = await refusal(
    Promise.resolve().then(() => refuseUnable(fault('preempt'), provider)),
  );
  assert.is(
    message,
    'preempt cannot be injected into this cluster (context): it offers no shutdownPods and no power',
  );
  assert.match(hint ?? '', 'it can do: drain, pod-delete, rollout, scale, node-add, command.');
});

test.run();
