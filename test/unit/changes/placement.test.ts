import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { placement } from '../../../src/changes/kinds/index.ts';
import { changeRig, merge } from '../../support/change-rig.ts';

/* Pods that nobody runs: each test says where they are, and whether they are ready. */
const test = suite('where pods run, as a change');

const { core, log, stop } = await changeRig();
test.after(stop);

for (const name of ['a', 'b']) await core.createNode({ body: { metadata: { name } } });

let groups = 0;
async function group() {
  groups += 1;
  const labels = { group: `g${groups}` };
  const names: string[] = [];
  const at = { namespace: 'default' };
  return {
    target: { groups: [{ ...at, labelSelector: `group=${labels.group}` }] },
    async pod(node: string, status: 'True' | 'False' = 'True') {
      const name = `${labels.group}-${names.length}`;
      names.push(name);
      const spec = { nodeName: node, containers: [{ name: 'c', image: 'i' }] };
      await core.createNamespacedPod({ ...at, body: { metadata: { name, labels }, spec } });
      const conditions = [{ type: 'Ready', status }];
      await core.patchNamespacedPodStatus(
        { ...at, name, body: { status: { phase: 'Running', conditions } } },
        merge,
      );
      return {
        ready: () =>
          core.patchNamespacedPodStatus(
            { ...at, name, body: { status: { conditions: [{ type: 'Ready', status: 'True' }] } } },
            merge,
          ),
        gone: () => core.deleteNamespacedPod({ ...at, name, gracePeriodSeconds: 0 }),
      };
    },
    /** The nodes of the pods that are neither gone nor asked to go. */
    async nodes() {
      const { items } = await core.listNamespacedPod({ ...at, labelSelector: `group=${labels.group}` });
      return items.flatMap(({ metadata, spec }) =>
        metadata?.deletionTimestamp === undefined ? [spec?.nodeName] : [],
      );
    },
  };
}
const limitMs = 5000;
const undone = async (changes: ReturnType<typeof log>) =>
  (await changes.afterCrash()).map(({ result }) => result);

test('a pod that is not ready for a moment has its place, and is left there', async () => {
  const { target, pod, nodes } = await group();
  await pod('a');
  const other = await pod('b', 'False');
  const changes = log();
  await changes.make(placement, target, { limitMs });
  await other.ready();
  assert.equal(await undone(changes), ['already']);
  assert.equal(await nodes(), ['a', 'b']);
});

test("pods that came in addition stay: how many there are is their controller's matter", async () => {
  const { target, pod, nodes } = await group();
  await pod('a');
  const changes = log();
  await changes.make(placement, target, { limitMs });
  await pod('b');
  assert.equal(await undone(changes), ['already']);
  assert.equal(await nodes(), ['a', 'b']);
});

test('while a node lacks its pod, one too many elsewhere goes', async () => {
  const { target, pod, nodes } = await group();
  await pod('a');
  const moved = await pod('b');
  const changes = log();
  await changes.make(placement, target, { limitMs });
  await moved.gone();
  await pod('a');
  assert.equal(await undone(changes), ['failed'], 'no controller makes another here');
  assert.equal(await nodes(), ['a']);
});

test.run();
