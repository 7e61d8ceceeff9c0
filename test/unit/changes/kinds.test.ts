import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf } from '../../../src/base/errors.ts';
import {
  nodeCordon,
  nodeLabel,
  nodeTaint,
  podDeletion,
  runLeaseHold,
  serviceAnnotation,
  serviceDistribution,
  servicePolicy,
  wholeService,
} from '../../../src/changes/kinds/index.ts';
import { holdLease, leaseHolder, refuseIfHeld } from '../../../src/kube/lease.ts';
import { changeRig, merge } from '../../support/change-rig.ts';

const test = suite('kinds of changes, against an API');

const { core, coordination, log, signal, stop } = await changeRig();
test.after(stop);

await core.createNode({ body: { metadata: { name: 'a', labels: { kept: 'yes' } } } });
await core.createNode({ body: { metadata: { name: 'b' }, spec: { unschedulable: true } } });
const nodeOf = async (name: string) => {
  const { metadata, spec } = await core.readNode({ name });
  return {
    labels: metadata?.labels ?? {},
    taints: spec?.taints ?? [],
    cordoned: spec?.unschedulable === true,
  };
};
/** The control plane sets taints of its own (a cordon's, a node's that is not Ready): only ours are looked at. */
const ours = (taints: { key: string }[]) =>
  taints.filter(({ key }) => !key.startsWith('node.kubernetes.io/')).map((taint) => ({ ...taint }));

test('a Service is made, and gone by the undo of another process', async () => {
  const at = { namespace: 'default', name: 'second' };
  const manifest = JSON.stringify({
    metadata: { ...at },
    spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ port: 80 }] },
  });
  const there = async () =>
    (await core.listNamespacedService({ namespace: 'default' })).items.some(
      ({ metadata }) => metadata?.name === 'second',
    );
  const changes = log();
  await changes.make(wholeService, at, { manifest });
  assert.is(await there(), true);
  assert.equal(
    (await changes.afterCrash()).map(({ result }) => result),
    ['restored'],
  );
  assert.is(await there(), false);
});

test('a label that was not there goes, one that was there gets its value back', async () => {
  const before = await nodeOf('a');
  const changes = log();
  await changes.make(nodeLabel, { node: 'a', label: 'fresh' }, { text: '' });
  await changes.make(nodeLabel, { node: 'a', label: 'kept' }, { text: 'no' });
  assert.equal((await nodeOf('a')).labels, { ...before.labels, fresh: '', kept: 'no' });
  assert.equal(
    (await changes.afterCrash()).map(({ result }) => result),
    ['restored', 'restored'],
  );
  assert.equal((await nodeOf('a')).labels, before.labels);
});

test('a node that the user had cordoned stays cordoned; one that was open is open again', async () => {
  const changes = log();
  await changes.make(nodeCordon, { node: 'a' }, { cordoned: true });
  await changes.make(nodeCordon, { node: 'b' }, { cordoned: true });
  assert.equal(
    (await changes.afterCrash()).map(({ result }) => result),
    ['already', 'restored'],
  );
  assert.is((await nodeOf('a')).cordoned, false);
  assert.is((await nodeOf('b')).cordoned, true);
});

test('a taint is taken away without touching the others', async () => {
  const taints = [{ effect: 'NoSchedule', key: 'theirs', value: 'x' }];
  await core.patchNode({ name: 'a', body: { spec: { taints } } }, merge);
  const changes = log();
  await changes.make(nodeTaint, { node: 'a', key: 'ours', effect: 'NoSchedule' }, { text: 'y' });
  assert.equal(ours((await nodeOf('a')).taints).length, 2);
  await changes.afterCrash();
  assert.equal(ours((await nodeOf('a')).taints), taints);
});

test('a policy goes back to Local with the port for health checks that it had', async () => {
  const at = { namespace: 'default', name: 'web' };
  await core.createNamespacedService({
    namespace: 'default',
    body: {
      metadata: { name: 'web' },
      spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ port: 80 }] },
    },
  });
  const spec = async () => (await core.readNamespacedService(at)).spec;
  const port = (await spec())?.healthCheckNodePort;
  assert.type(port, 'number');
  const changes = log();
  await changes.make(servicePolicy, at, { policy: 'Cluster', healthCheckNodePort: null });
  assert.is((await spec())?.externalTrafficPolicy, 'Cluster');
  assert.is((await spec())?.healthCheckNodePort ?? 0, 0);
  await changes.afterCrash();
  assert.is((await spec())?.externalTrafficPolicy, 'Local');
  assert.is((await spec())?.healthCheckNodePort, port);
});

test('trafficDistribution of a Service goes back to what it was', async () => {
  const at = { namespace: 'default', name: 'preferring' };
  const spec = { ports: [{ port: 80 }] };
  await core.createNamespacedService({ namespace: 'default', body: { metadata: { name: at.name }, spec } });
  const distribution = async () => (await core.readNamespacedService(at)).spec?.trafficDistribution ?? null;
  const changes = log();
  await changes.make(serviceDistribution, at, { distribution: 'PreferSameNode' });
  assert.is(await distribution(), 'PreferSameNode');
  await changes.afterCrash();
  assert.is(await distribution(), null);
});

test('an annotation of a Service that was not there goes, one that was there gets its value back', async () => {
  const at = { namespace: 'default', name: 'annotated' };
  const metadata = { name: at.name, annotations: { kept: 'yes' } };
  await core.createNamespacedService({
    namespace: 'default',
    body: { metadata, spec: { ports: [{ port: 80 }] } },
  });
  const annotations = async () => (await core.readNamespacedService(at)).metadata?.annotations;
  const changes = log();
  await changes.make(serviceAnnotation, { ...at, annotation: 'fresh' }, { text: '10256' });
  await changes.make(serviceAnnotation, { ...at, annotation: 'kept' }, { text: null });
  assert.equal(await annotations(), { fresh: '10256' });
  await changes.afterCrash();
  assert.equal(await annotations(), { kept: 'yes' });
});

test('an object that is gone needs no undoing', async () => {
  await core.createNode({ body: { metadata: { name: 'gone' } } });
  const changes = log();
  await changes.make(nodeCordon, { node: 'gone' }, { cordoned: true });
  await core.deleteNode({ name: 'gone' });
  const [undone] = await changes.afterCrash();
  assert.is(undone?.result, 'already');
});

test('a pod of the same name that is another is not deleted', async () => {
  const body = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'app' }] } };
  const { metadata } = await core.createNamespacedPod({ namespace: 'default', body });
  const target = { namespace: 'default', name: 'p', node: 'a' };
  const changes = log();
  assert.is(
    await changes.make(podDeletion, { ...target, uid: 'another' }, { graceSeconds: 0, limitMs: 5000 }),
    false,
  );
  await core.readNamespacedPod({ namespace: 'default', name: 'p' });
  const uid = metadata?.uid ?? '';
  assert.is(await changes.make(podDeletion, { ...target, uid }, { graceSeconds: 0, limitMs: 5000 }), true);
  await changes.unwind(0, signal);
});

test("a killed run's lease is returned, and nobody else's", async () => {
  const lease = { namespace: 'default', name: 'hold' };
  const changes = log();
  await changes.make(runLeaseHold, lease, { holder: 'run a' });
  const first = await holdLease({ ...lease, api: coordination, holder: 'run a' });
  await refuseIfHeld({ ...lease, api: coordination }, ['run a']);
  await assertHeldBy('run a', refuseIfHeld({ ...lease, api: coordination }, ['run b']));
  assert.equal(
    (await changes.afterCrash()).map(({ result }) => result),
    ['restored'],
  );
  assert.is(await leaseHolder({ ...lease, api: coordination }), null);
  await first.release();

  const again = log();
  await again.make(runLeaseHold, lease, { holder: 'run a' });
  const other = await holdLease({ ...lease, api: coordination, holder: 'run b' });
  assert.equal(
    (await again.afterCrash()).map(({ result }) => result),
    ['already'],
  );
  assert.is((await leaseHolder({ ...lease, api: coordination }))?.holder, 'run b');
  await other.release();
});

async function assertHeldBy(holder: string, work: Promise<void>): Promise<void> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.match(messageOf(error), `in use by ${holder}`);
}

test.run();
