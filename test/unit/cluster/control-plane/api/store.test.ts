import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createStore } from '../../../../../src/cluster/control-plane/api/store.ts';

const test = suite('store');
const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'n', uid: name, resourceVersion: '', creationTimestamp: '' },
});

test('versions rise with every write, removal included', () => {
  const store = createStore();
  const first = store.put('configmaps', configMap('a'));
  const second = store.put('configmaps', configMap('b'));
  const gone = store.remove('configmaps', first);
  assert.equal(
    [first, second, gone].map((object) => Number(object.metadata.resourceVersion)),
    [1, 2, 3],
  );
  assert.is(store.get('configmaps', 'n', 'a'), undefined);
  assert.is(store.version(), 3);
});

test('changes after a version are available until they are forgotten', () => {
  const store = createStore(3);
  for (let index = 0; index < 6; index++) store.put('configmaps', configMap('a'));
  const known = store.since('configmaps', 4);
  assert.equal('changes' in known && known.changes.map((change) => change.version), [5, 6]);
  store.put('configmaps', configMap('a'));
  assert.equal(store.since('configmaps', 2), { tooOld: 3 });
  assert.ok('changes' in store.since('configmaps', 3));
  // Another resource has its own log: many writes of one do not expire watches of the other.
  assert.equal(store.since('pods', 0), { changes: [] });
});

test('listeners hear what was before and what is now', () => {
  const store = createStore();
  const heard: string[] = [];
  const stop = store.subscribe((change) =>
    heard.push(`${change.type} ${change.previous?.metadata.resourceVersion}`),
  );
  const object = store.put('configmaps', configMap('a'));
  store.put('configmaps', object);
  stop();
  store.remove('configmaps', object);
  assert.equal(heard, ['ADDED undefined', 'MODIFIED 1']);
});

test.run();
