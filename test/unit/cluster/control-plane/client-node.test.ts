import {
  CoreV1Api,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  Watch,
} from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clientOf, launchControlPlane, refusal, until } from './client.ts';

const test = suite('control plane driven by client-node');
const handle = await launchControlPlane();
const config = clientOf(handle);
const core = config.makeApiClient(CoreV1Api);
const namespace = 'default';

test.after(() => handle.stop());

const podSpec = { containers: [{ name: 'c', image: 'app', ports: [{ name: 'http', containerPort: 8080 }] }] };

test('patches in every format, update with conflict, and scale', async () => {
  const name = 'settings';
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data: { a: '1', b: '2' } } });
  const options = (type: string) => setHeaderOptions('Content-Type', type);
  await core.patchNamespacedConfigMap({
    name,
    namespace,
    body: [{ op: 'replace', path: '/data/a', value: '2' }],
  });
  await core.patchNamespacedConfigMap(
    { name, namespace, body: { data: { b: null, c: '3' } } },
    options(PatchStrategy.MergePatch),
  );
  await core.patchNamespacedConfigMap(
    { name, namespace, body: { data: { d: '4' } } },
    options(PatchStrategy.StrategicMergePatch),
  );
  const applied = await core.patchNamespacedConfigMap(
    { name, namespace, fieldManager: 'test', force: true, body: { data: { e: '5' } } },
    options(PatchStrategy.ServerSideApply),
  );
  assert.equal(applied.data, { a: '2', c: '3', d: '4', e: '5' });

  const stale = await core.readNamespacedConfigMap({ name, namespace });
  await core.replaceNamespacedConfigMap({ name, namespace, body: { ...stale, data: { x: 'first' } } });
  const conflict = await refusal(
    core.replaceNamespacedConfigMap({ name, namespace, body: { ...stale, data: { x: 'second' } } }),
  );
  assert.is(conflict.code, 409);
  assert.is(conflict.reason, 'Conflict');
  const wrongType = await refusal(
    core.patchNamespacedConfigMap({ name, namespace, body: {} }, options('text/plain')),
  );
  assert.is(wrongType.code, 415);
});

test('KubernetesObjectApi creates, reads, patches, lists and deletes', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const spec = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'generic', namespace } };
  await objects.create({ ...spec, data: { a: '1' } });
  const patched = await objects.patch(
    { ...spec, data: { b: '2' } },
    undefined,
    undefined,
    'test',
    undefined,
    PatchStrategy.MergePatch,
  );
  assert.equal(Reflect.get(patched, 'data'), { a: '1', b: '2' });
  const listed = await objects.list('v1', 'ConfigMap', namespace);
  assert.ok(listed.items.some((item) => item.metadata?.name === 'generic'));
  await objects.delete(spec);
  assert.is((await refusal(objects.read(spec))).code, 404);
});

test('refusals are Status objects', async () => {
  const missing = await refusal(core.readNamespacedPod({ name: 'nobody', namespace }));
  assert.is(missing.reason, 'NotFound');
  assert.is(missing.message, 'pods "nobody" not found');
  assert.equal(missing.details, { name: 'nobody', kind: 'pods' });
  const twice = { metadata: { name: 'twice' } };
  await core.createNamespacedConfigMap({ namespace, body: twice });
  assert.is(
    (await refusal(core.createNamespacedConfigMap({ namespace, body: twice }))).reason,
    'AlreadyExists',
  );
  const ports = [{ port: 80 }];
  const invalid = await refusal(
    core.createNamespacedService({
      namespace,
      body: { metadata: { name: 'bad' }, spec: { type: 'ClusterIP', externalTrafficPolicy: 'Local', ports } },
    }),
  );
  assert.is(invalid.code, 422);
  assert.is(invalid.details.causes[0].field, 'spec.externalTrafficPolicy');
  const unknown = await refusal(
    core.createNamespacedService({
      namespace,
      body: {
        metadata: { name: 'bad' },
        spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Near', ports },
      },
    }),
  );
  assert.is(unknown.details.causes[0].reason, 'FieldValueNotSupported');
});

test('an informer follows pods; a watch by label sees objects cross', async () => {
  const seen: string[] = [];
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const informer = makeInformer(config, path, () => core.listNamespacedPod({ namespace }));
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, (pod: V1Pod) => seen.push(`${verb} ${pod.metadata?.name}`));
  }
  await informer.start();
  const crossed: string[] = [];
  const watch = await new Watch(config).watch(
    path,
    { labelSelector: 'role in (leader)' },
    (type, object) => crossed.push(`${type} ${object.metadata.name}`),
    () => {},
  );
  await core.createNamespacedPod({
    namespace,
    body: { metadata: { name: 'p' }, spec: { ...podSpec, nodeSelector: { pool: 'none' } } },
  });
  const label = (role: string | null) =>
    core.patchNamespacedPod(
      { name: 'p', namespace, body: { metadata: { labels: { role } } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
  await label('leader');
  await label('follower');
  await core.deleteNamespacedPod({ name: 'p', namespace });
  await until('the informer saw the pod go', () => (seen.includes('delete p') ? true : undefined));
  assert.is(seen[0], 'add p');
  assert.equal(crossed, ['ADDED p', 'DELETED p']);
  await informer.stop();
  watch.abort();
});

test.run();
