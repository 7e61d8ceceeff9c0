import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deleteObject } from '../../../../../src/cluster/control-plane/api/deletion.ts';
import { createObject, updateObject } from '../../../../../src/cluster/control-plane/api/registry.ts';
import { StatusError } from '../../../../../src/cluster/control-plane/api/status.ts';
import { deploymentBody, namespace, podSpec, testCluster } from '../cluster.ts';

const test = suite('registry');

function refusal(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error('was not refused');
}

test('the server fills in metadata, whatever the client sends', () => {
  const { create, stop } = testCluster();
  const object = create('configmaps', {
    metadata: {
      generateName: 'x-',
      uid: 'mine',
      creationTimestamp: 'never',
      deletionTimestamp: '2020-01-01T00:00:00Z',
    },
  });
  assert.match(object.metadata.name, /^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  assert.match(object.metadata.uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.is(object.metadata.creationTimestamp, '2026-01-01T00:00:00Z');
  assert.is(object.metadata.deletionTimestamp, undefined);
  assert.is(object.kind, 'ConfigMap');
  stop();
});

test('generation counts changes of the spec, not of status or labels; no change keeps the version', () => {
  const { create, context, stop } = testCluster();
  const made = create('deployments', deploymentBody('web', 0));
  assert.is(made.metadata.generation, 1);
  const labelled = updateObject(context, 'deployments', namespace, 'web', (current) => ({
    ...current,
    metadata: { ...current.metadata, labels: { a: 'b' } },
  }));
  assert.is(labelled.metadata.generation, 1);
  const scaled = updateObject(context, 'deployments', namespace, 'web', (current) => ({
    ...current,
    spec: { ...current.spec, replicas: 3 },
    status: { replicas: 99 },
  }));
  assert.is(scaled.metadata.generation, 2);
  assert.not.equal(scaled.status?.replicas, 99);
  const same = updateObject(context, 'deployments', namespace, 'web', (current) => ({ ...current }));
  assert.is(same.metadata.resourceVersion, scaled.metadata.resourceVersion);
  stop();
});

test('a status write changes nothing but the status', () => {
  const { create, context, stop } = testCluster();
  create('nodes', { metadata: { name: 'n' } });
  const node = updateObject(
    context,
    'nodes',
    undefined,
    'n',
    (current) => ({ ...current, spec: { unschedulable: true }, status: { phase: 'x' } }),
    'status',
  );
  assert.is(node.spec?.unschedulable, undefined);
  assert.is(node.status?.phase, 'x');
  stop();
});

test('refusals carry the code and reason of Kubernetes', () => {
  const { create, context, stop } = testCluster();
  const made = create('configmaps', { metadata: { name: 'a' } });
  const status = (action: () => unknown) => {
    const { code, reason } = refusal(action);
    return `${code} ${reason}`;
  };
  const put = (body: object) => updateObject(context, 'configmaps', namespace, 'a', () => body);
  assert.is(
    status(() => create('configmaps', { metadata: { name: 'a' } })),
    '409 AlreadyExists',
  );
  assert.is(
    status(() => put({ metadata: { name: 'a', resourceVersion: '1' } })),
    '409 Conflict',
  );
  assert.is(
    status(() => put({ metadata: { name: 'a', uid: 'other' } })),
    '409 Conflict',
  );
  assert.is(
    status(() => put({ metadata: { name: 'b' } })),
    '400 BadRequest',
  );
  assert.is(
    status(() => create('pods', { kind: 'Node', metadata: { name: 'x' } })),
    '400 BadRequest',
  );
  assert.is(
    status(() => create('pods', { metadata: { name: 'x' }, spec: { containers: 'none' } })),
    '400 BadRequest',
  );
  assert.is(
    status(() => create('pods', 'text')),
    '400 BadRequest',
  );
  assert.is(
    status(() => create('pods', { metadata: {}, spec: podSpec })),
    '422 Invalid',
  );
  assert.is(
    status(() => create('pods', { metadata: { name: 'Not_OK' }, spec: podSpec })),
    '422 Invalid',
  );
  assert.is(
    status(() => createObject(context, 'pods', 'nowhere', { metadata: { name: 'x' }, spec: podSpec })),
    '404 NotFound',
  );
  assert.is(
    status(() => create('pods', { metadata: { name: 'x', namespace: 'b' }, spec: podSpec })),
    '400 BadRequest',
  );
  const wrong = deploymentBody('w', 1);
  assert.is(
    status(() =>
      create('deployments', { ...wrong, spec: { ...wrong.spec, selector: { matchLabels: { app: 'v' } } } }),
    ),
    '422 Invalid',
  );
  assert.is(
    status(() => deleteObject(context, 'configmaps', made, { preconditions: { uid: 'other' } })),
    '409 Conflict',
  );
  stop();
});

test('a dry run answers and stores nothing', () => {
  const { context, stop } = testCluster();
  const version = context.store.version();
  createObject(context, 'configmaps', namespace, { metadata: { name: 'a' } }, { dryRun: true });
  assert.is(context.store.version(), version);
  assert.is(context.store.get('configmaps', namespace, 'a'), undefined);
  stop();
});

test('a pod on a node is deleted in two steps, another at once', async () => {
  const { create, context, addNode, settle, stop } = testCluster();
  addNode('n');
  await settle();
  const bound = create('pods', { metadata: { name: 'bound' }, spec: { ...podSpec, nodeName: 'n' } });
  const first = deleteObject(context, 'pods', bound);
  assert.is(first.gone, false);
  assert.is(first.object.metadata.deletionGracePeriodSeconds, 30);
  assert.is(first.object.metadata.deletionTimestamp, '2026-01-01T00:00:30Z');
  const again = context.store.get('pods', namespace, 'bound');
  assert.ok(again);
  const longer = deleteObject(context, 'pods', again, { gracePeriodSeconds: 60 });
  assert.is(longer.object.metadata.deletionGracePeriodSeconds, 30);
  const shorter = deleteObject(context, 'pods', again, { gracePeriodSeconds: 5 });
  assert.is(shorter.object.metadata.deletionGracePeriodSeconds, 5);
  assert.is(deleteObject(context, 'pods', again, { gracePeriodSeconds: 0 }).gone, true);
  assert.is(context.store.get('pods', namespace, 'bound'), undefined);

  const free = create('pods', { metadata: { name: 'free' }, spec: { ...podSpec, nodeSelector: { a: 'b' } } });
  assert.is(deleteObject(context, 'pods', free).gone, true);
  stop();
});

test('finalizers hold an object until the last is taken off', () => {
  const { create, context, stop } = testCluster();
  const held = create('configmaps', { metadata: { name: 'a', finalizers: ['example.com/hold'] } });
  assert.is(deleteObject(context, 'configmaps', held).gone, false);
  assert.ok(context.store.get('configmaps', namespace, 'a')?.metadata.deletionTimestamp);
  updateObject(context, 'configmaps', namespace, 'a', (current) => ({
    ...current,
    metadata: { ...current.metadata, finalizers: [] },
  }));
  assert.is(context.store.get('configmaps', namespace, 'a'), undefined);
  stop();
});

test.run();
