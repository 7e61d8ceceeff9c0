import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf } from '../../../src/base/errors.ts';
import { daemonSet } from '../../../src/changes/kinds/index.ts';
import { changeRig, merge } from '../../support/change-rig.ts';

const test = suite('DaemonSets as changes');

const { core, apps, log, signal, stop } = await changeRig();
test.after(stop);

await core.createNode({ body: { metadata: { name: 'b' } } });

test('a DaemonSet is made, taken away, and made again by the undo of that', async () => {
  const at = { namespace: 'default', name: 'extra' };
  const labels = { extra: 'true' };
  const manifest = JSON.stringify({
    metadata: { ...at },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'c', image: 'i' }], nodeSelector: { no: 'node' } },
      },
    },
  });
  const there = async () => (await apps.listNamespacedDaemonSet({ namespace: 'default' })).items.length;
  const changes = log();
  await changes.make(daemonSet, at, { manifest });
  assert.is(await there(), 1);
  const mark = changes.mark();
  await changes.make(daemonSet, at, { manifest: null });
  assert.is(await there(), 0);
  assert.equal(
    (await changes.unwind(mark, signal)).map(({ result }) => result),
    ['restored'],
  );
  assert.is(await there(), 1);
  assert.equal(
    (await changes.afterCrash()).map(({ what, result }) => [what, result]),
    [['DaemonSet default/extra', 'restored']],
  );
  assert.is(await there(), 0);
});

test('taking a DaemonSet away waits for no pod on a node that is not Ready', async () => {
  const at = { namespace: 'default', name: 'on-nodes' };
  const labels = { on: 'nodes' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const manifest = JSON.stringify({
    metadata: { ...at },
    spec: {
      selector: { matchLabels: labels },
      template: { ...template, spec: { ...template.spec, nodeSelector: { no: 'node' } } },
    },
  });
  /** Taken away with a pod on `node` that nobody ends. */
  const removed = async (node: string) => {
    const changes = log();
    await changes.make(daemonSet, at, { manifest });
    const name = `on-${node}`;
    const { spec } = template;
    await core.createNamespacedPod({
      namespace: 'default',
      body: { metadata: { name, labels }, spec: { ...spec, nodeName: node } },
    });
    await core.deleteNamespacedPod({ namespace: 'default', name });
    const ended = await changes.make(daemonSet, at, { manifest: null }).then(
      () => 'gone',
      (error: unknown) => messageOf(error),
    );
    await core.deleteNamespacedPod({ namespace: 'default', name, gracePeriodSeconds: 0 });
    return ended;
  };
  const conditions = (status: string) => [{ type: 'Ready', status, lastHeartbeatTime: new Date() }];
  await core.createNode({ body: { metadata: { name: 'up' } } });
  await core.patchNodeStatus({ name: 'up', body: { status: { conditions: conditions('True') } } }, merge);
  assert.is(await removed('b'), 'gone');
  assert.match(await removed('up'), 'waiting for the pods of DaemonSet default/on-nodes to end');
});

test.run();
