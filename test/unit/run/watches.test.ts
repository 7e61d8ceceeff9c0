import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import { abortController } from '../../../src/base/signals.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { kubeConfigFromText } from '../../../src/kube/config.ts';
import type { Plan } from '../../../src/plan/schema.ts';
import { watchCluster } from '../../../src/run/watches.ts';
import { fakeKubeApi } from '../../support/fake-kube-api.ts';

/* What of a namespace is written into a history: on somebody's own cluster the Service's parts alone. */

const ownCluster = { service: { namespace: 'web', name: 'web' } } as NonNullable<Plan['ownCluster']>;

async function recorded(plan: Partial<Plan>): Promise<HistoryEvent[]> {
  const api = await fakeKubeApi();
  const slices = '/apis/discovery.k8s.io/v1/namespaces/web/endpointslices';
  for (const name of ['web', 'web-second', 'another'])
    for (const [collection, labels] of [
      ['/api/v1/namespaces/web/services', {}],
      [slices, { 'kubernetes.io/service-name': name }],
      ['/api/v1/namespaces/web/pods', { app: name }],
    ] as const)
      api.put(collection, {
        metadata: { name, namespace: 'web', labels },
        spec: { externalTrafficPolicy: 'Local', nodeName: 'stable-0' },
        status: { phase: 'Running' },
        endpoints: [{ addresses: ['10.0.0.1'], nodeName: 'stable-0', conditions: { ready: true } }],
      });
  const events: HistoryEvent[] = [];
  const pods = { namespace: 'web', labelSelector: 'app=web' };
  const watches = await watchCluster({
    plan: plan as Plan,
    workload: {
      ...{ service: { namespace: 'web', name: 'web' }, ingress: pods, hostname: 'web.example' },
      app: { ...pods, service: 'web' },
    },
    provider: { cluster: { kubeConfig: () => kubeConfigFromText(api.kubeconfig) } },
    record: (event: HistoryEvent) => void events.push(event),
    clock: monotonic,
    signal: abortController().signal,
  } as unknown as Parameters<typeof watchCluster>[0]);
  watches.stop();
  await api.stop();
  return events;
}

const namesOf = (events: readonly HistoryEvent[]) => ({
  services: events.flatMap((event) => (event.type === 'service' ? [event.service] : [])).sort(),
  endpoints: events.flatMap((event) => (event.type === 'endpoints' ? [event.service] : [])).sort(),
  pods: events.flatMap((event) => (event.type === 'pod' ? [event.pod] : [])).sort(),
});

test('on a cluster that midflight makes all of its namespace is recorded', async () => {
  const all = ['another', 'web', 'web-second'];
  assert.equal(namesOf(await recorded({})), { services: all, endpoints: all, pods: all });
});

test("on somebody's own cluster it is the Service, a second one that a flip makes beside it, and its pods", async () => {
  const own = ['web', 'web-second'];
  assert.equal(namesOf(await recorded({ ownCluster })), { services: own, endpoints: own, pods: ['web'] });
});

test.run();
