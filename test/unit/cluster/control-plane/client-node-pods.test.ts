import {
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  DiscoveryV1Api,
  PatchStrategy,
  PolicyV1Api,
  setHeaderOptions,
  V1MicroTime,
  type V1Pod,
} from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clientOf, launchControlPlane, refusal, until } from './client.ts';

const test = suite('nodes and pods driven by client-node');
const handle = await launchControlPlane();
const config = clientOf(handle);
const core = config.makeApiClient(CoreV1Api);
const apps = config.makeApiClient(AppsV1Api);
const discovery = config.makeApiClient(DiscoveryV1Api);
const coordination = config.makeApiClient(CoordinationV1Api);
const policy = config.makeApiClient(PolicyV1Api);
const namespace = 'default';
const beats: NodeJS.Timeout[] = [];

test.after(async () => {
  for (const beat of beats) clearInterval(beat);
  await handle.stop();
});

const podSpec = { containers: [{ name: 'c', image: 'app', ports: [{ name: 'http', containerPort: 8080 }] }] };

/** A node process in miniature: registers, is Ready, renews its lease, and stops at will. */
async function startNode(name: string) {
  await core.createNode({ body: { metadata: { name, labels: { pool: 'test' } } } });
  const ready = () =>
    core.patchNodeStatus(
      {
        name,
        body: {
          status: {
            conditions: [
              { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is ready' },
            ],
          },
        },
      },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    );
  await ready();
  await coordination.createNamespacedLease({
    namespace: 'kube-node-lease',
    body: { metadata: { name }, spec: { holderIdentity: name, leaseDurationSeconds: 40 } },
  });
  const renew = () =>
    coordination.patchNamespacedLease(
      { name, namespace: 'kube-node-lease', body: { spec: { renewTime: new V1MicroTime() } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
  const start = () => {
    const timer = setInterval(() => void renew().catch(() => {}), 60);
    beats.push(timer);
    return timer;
  };
  let timer = start();
  return {
    silence: () => clearInterval(timer),
    revive: async () => {
      await ready();
      timer = start();
    },
  };
}

/** What a kubelet says of a pod that runs. */
async function runPod(pod: V1Pod, podIP: string) {
  await core.patchNamespacedPodStatus(
    {
      name: pod.metadata?.name ?? '',
      namespace,
      body: { status: { phase: 'Running', podIP, conditions: [{ type: 'Ready', status: 'True' }] } },
    },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
}

test('a node that falls silent loses its endpoints, then its pods; it comes back', async () => {
  const quiet = await startNode('quiet');
  await startNode('steady');
  await core.createNamespacedService({
    namespace,
    body: {
      metadata: { name: 'web' },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
    },
  });
  await apps.createNamespacedDeployment({
    namespace,
    body: {
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: podSpec },
      },
    },
  });
  const pods = await until('two pods on two nodes', async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: 'app=web' });
    return items.filter((pod) => pod.spec?.nodeName).length === 2 ? items : undefined;
  });
  assert.equal(pods.map((pod) => pod.spec?.nodeName).sort(), ['quiet', 'steady']);
  for (const [index, pod] of pods.entries()) await runPod(pod, `10.0.0.${index + 1}`);
  const slices = () =>
    discovery
      .listNamespacedEndpointSlice({ namespace, labelSelector: 'kubernetes.io/service-name=web' })
      .then(({ items }) => items.flatMap((slice) => slice.endpoints));
  await until('two ready endpoints', async () =>
    (await slices()).filter((endpoint) => endpoint.conditions?.ready).length === 2 ? true : undefined,
  );
  const web = await core.readNamespacedService({ name: 'web', namespace });
  assert.is(web.spec?.externalTrafficPolicy, 'Cluster');
  const { items: ready } = await core.listNamespacedPod({ namespace, fieldSelector: 'spec.nodeName=quiet' });
  assert.is(ready.length, 1);

  quiet.silence();
  const node = await until('the node is Unknown', async () => {
    const current = await core.readNode({ name: 'quiet' });
    const condition = current.status?.conditions?.find((one) => one.type === 'Ready');
    return condition?.status === 'Unknown' ? { current, condition } : undefined;
  });
  assert.is(node.condition.reason, 'NodeStatusUnknown');
  const endpoints = await slices();
  const dead = endpoints.find((endpoint) => endpoint.nodeName === 'quiet');
  assert.equal({ ...dead?.conditions }, { ready: false, serving: false, terminating: false });
  const terminating = await until('the pod is deleted after its toleration', async () => {
    const pod = await core.readNamespacedPod({ name: ready[0]?.metadata?.name ?? '', namespace });
    return pod.metadata?.deletionTimestamp ? pod : undefined;
  });
  assert.is(terminating.metadata?.deletionGracePeriodSeconds, 30);
  await until('a third pod replaces it', async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: 'app=web' });
    return items.length === 3 ? true : undefined;
  });

  await quiet.revive();
  await until('the taints are gone', async () => {
    const current = await core.readNode({ name: 'quiet' });
    return current.spec?.taints === undefined ? true : undefined;
  });
  const { items: events } = await core.listNamespacedEvent({ namespace });
  const reasons = new Set(events.map((event) => event.reason));
  for (const reason of ['Scheduled', 'NodeNotReady', 'TaintManagerEviction'])
    assert.ok(reasons.has(reason), reason);
});

test('eviction respects a budget, then deletes gracefully', async () => {
  await startNode('drained');
  const name = 'guarded';
  await core.createNamespacedPod({
    namespace,
    body: { metadata: { name, labels: { app: name } }, spec: { ...podSpec, nodeName: 'drained' } },
  });
  await runPod({ metadata: { name } }, '10.0.1.1');
  await policy.createNamespacedPodDisruptionBudget({
    namespace,
    body: { metadata: { name }, spec: { minAvailable: 1, selector: { matchLabels: { app: name } } } },
  });
  const body = { metadata: { name, namespace } };
  const refused = await refusal(core.createNamespacedPodEviction({ name, namespace, body }));
  assert.is(refused.code, 429);
  assert.is(refused.details.causes[0].reason, 'DisruptionBudget');
  await policy.deleteNamespacedPodDisruptionBudget({ name, namespace });
  await core.createNamespacedPodEviction({ name, namespace, body });
  const pod = await core.readNamespacedPod({ name, namespace });
  assert.ok(pod.metadata?.deletionTimestamp);
  await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
  assert.is((await refusal(core.readNamespacedPod({ name, namespace }))).code, 404);
});

test('a Deployment scales through its subresource', async () => {
  const body = [{ op: 'replace', path: '/spec/replicas', value: 4 }];
  const scaled = await apps.patchNamespacedDeploymentScale({ name: 'web', namespace, body });
  assert.is(scaled.spec?.replicas, 4);
  const status = await until('four replicas', async () => {
    const web = await apps.readNamespacedDeployment({ name: 'web', namespace });
    return web.status?.replicas === 4 && web.status.observedGeneration === web.metadata?.generation
      ? web.status
      : undefined;
  });
  assert.is(status.updatedReplicas, 4);
});

test.run();
