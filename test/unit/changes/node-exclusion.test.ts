import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { World } from '../../../src/changes/change.ts';
import { nodeExclusion } from '../../../src/changes/kinds/index.ts';
import { excludedForAnnotation, excludeLabel } from '../../../src/kube/names.ts';

type Texts = Record<string, string | null>;
const merged = (one: Texts, other: Texts): Texts =>
  Object.fromEntries(Object.entries({ ...one, ...other }).filter(([, text]) => text !== null));

/** One node, and what is done to it: each change is as the journal holds it. */
function rig(labels: Texts = {}) {
  const metadata = { labels, annotations: {} as Texts };
  let gone = false;
  const core = {
    async readNode() {
      if (gone) throw Object.assign(new Error('not found'), { code: 404 });
      return { metadata };
    },
    async patchNode({ body }: { body: { metadata: Partial<typeof metadata> } }) {
      metadata.labels = merged(metadata.labels, body.metadata.labels ?? {});
      metadata.annotations = merged(metadata.annotations, body.metadata.annotations ?? {});
    },
  };
  const world = { core: () => core } as unknown as World;
  return {
    world,
    state: () => [metadata.labels[excludeLabel], metadata.annotations[excludedForAnnotation]],
    label: (text: string | null) =>
      core.patchNode({ body: { metadata: { labels: { [excludeLabel]: text } } } }),
    remove: () => {
      gone = true;
    },
    async make(owner: string, excluded: boolean) {
      const target = { node: 'a', owner };
      const change = { target, before: await nodeExclusion.look(world, target), wanted: { excluded } };
      await nodeExclusion.do(world, change);
      return { undo: async () => (await nodeExclusion.undo(world, change)).result };
    },
  };
}

test('the label comes with the first owner and goes with the last', async () => {
  const { make, state } = rig();
  await make('web/a', true);
  assert.equal(state(), ['true', 'web/a']);
  await make('web/b', true);
  assert.equal(state(), ['true', 'web/a,web/b']);
  await make('web/a', false);
  assert.equal(state(), ['true', 'web/b']);
  await make('web/b', false);
  assert.equal(state(), [undefined, undefined]);
});

test('each undo takes back its own, in any order, whatever the others have done since', async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ] as const) {
    const { make, state } = rig();
    const changes = [await make('web/a', true), await make('web/b', true)];
    for (const at of order) assert.is(await changes[at]?.undo(), 'restored');
    assert.equal(state(), [undefined, undefined]);
    for (const at of order) assert.is(await changes[at]?.undo(), 'already');
  }
});

test('what an owner has excluded before stays when a change of now is undone', async () => {
  const { make, state } = rig();
  await make('web/a', true);
  assert.is(await (await make('web/a', true)).undo(), 'already');
  assert.equal(state(), ['true', 'web/a']);
  assert.is(await (await make('web/a', false)).undo(), 'restored');
  assert.equal(state(), ['true', 'web/a']);
});

test("somebody else's label is neither marked nor taken away", async () => {
  for (const text of ['true', '']) {
    const { make, state } = rig({ [excludeLabel]: text });
    const out = await make('web/a', true);
    const back = await make('web/a', false);
    assert.equal(state(), [text, undefined]);
    assert.equal([await back.undo(), await out.undo()], ['already', 'already']);
    assert.equal(state(), [text, undefined]);
  }
});

test('a label with the value false is set, and is false again after the undo', async () => {
  const { make, state } = rig({ [excludeLabel]: 'false' });
  const out = await make('web/a', true);
  assert.equal(state(), ['true', 'web/a']);
  assert.is(await out.undo(), 'restored');
  assert.equal(state(), ['false', undefined]);
});

test('a label that somebody else sets after ours has gone is theirs; a node that has gone is left', async () => {
  const { make, state, label, remove } = rig();
  await make('web/a', true);
  const back = await make('web/a', false);
  await label('mine');
  assert.is(await back.undo(), 'left');
  assert.equal(state(), ['mine', undefined]);
  remove();
  assert.is(await back.undo(), 'already');
});

test.run();
