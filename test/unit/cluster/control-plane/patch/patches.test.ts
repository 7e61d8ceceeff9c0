import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { jsonPatch } from '../../../../../src/cluster/control-plane/patch/json-patch.ts';
import { applyMergePatch } from '../../../../../src/cluster/control-plane/patch/merge.ts';
import { strategicMergePatch } from '../../../../../src/cluster/control-plane/patch/strategic.ts';

const json = suite('json patch');

json('each operation', () => {
  const target = { a: { 'b/c': 1, 'd~': 2 }, list: [1, 2, 3] };
  const result = jsonPatch(target, [
    { op: 'test', path: '/a/b~1c', value: 1 },
    { op: 'replace', path: '/a/d~0', value: 5 },
    { op: 'add', path: '/list/1', value: 9 },
    { op: 'add', path: '/list/-', value: 4 },
    { op: 'remove', path: '/list/0' },
    { op: 'copy', from: '/list', path: '/copied' },
    { op: 'move', from: '/a/b~1c', path: '/moved' },
  ]);
  assert.equal(result, { a: { 'd~': 5 }, list: [9, 2, 3, 4], copied: [9, 2, 3, 4], moved: 1 });
  assert.equal(target, { a: { 'b/c': 1, 'd~': 2 }, list: [1, 2, 3] }, 'the target is left as it was');
});

json('what cannot be applied is refused with 422, what is no patch with 400', () => {
  const code = (patch: unknown) => {
    try {
      jsonPatch({ a: 1, list: [] }, patch);
    } catch (error) {
      return Reflect.get(Object(Reflect.get(Object(error), 'status')), 'code');
    }
    return 0;
  };
  assert.is(code([{ op: 'test', path: '/a', value: 2 }]), 422);
  assert.is(code([{ op: 'remove', path: '/b' }]), 422);
  assert.is(code([{ op: 'replace', path: '/b', value: 1 }]), 422);
  assert.is(code([{ op: 'add', path: '/list/4', value: 1 }]), 422);
  assert.is(code([{ op: 'add', path: '/x/y', value: 1 }]), 422);
  assert.is(code([{ op: 'jump', path: '/a' }]), 400);
  assert.is(code({ a: 2 }), 400);
});
json.run();

const merge = suite('merge patch');

// The examples of RFC 7386, appendix A.
const rfc: [unknown, unknown, unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];
for (const [target, patch, expected] of rfc) {
  merge(`${JSON.stringify(target)} + ${JSON.stringify(patch)}`, () =>
    assert.equal(applyMergePatch(target, patch), expected),
  );
}
merge.run();

const strategic = suite('strategic merge patch');
const service = {
  spec: {
    ports: [
      { name: 'http', port: 80, nodePort: 30_080 },
      { name: 'https', port: 443 },
    ],
  },
};

strategic('ports merge by port, new ones are added', () => {
  const patch = {
    spec: {
      ports: [
        { port: 80, targetPort: 'web' },
        { port: 90, name: 'x' },
      ],
    },
  };
  assert.equal(strategicMergePatch(service, patch), {
    spec: {
      ports: [
        { name: 'http', port: 80, nodePort: 30_080, targetPort: 'web' },
        { name: 'https', port: 443 },
        { port: 90, name: 'x' },
      ],
    },
  });
});

strategic('$patch: delete takes an element out, $patch: replace the whole list', () => {
  assert.equal(strategicMergePatch(service, { spec: { ports: [{ port: 443, $patch: 'delete' }] } }), {
    spec: { ports: [{ name: 'http', port: 80, nodePort: 30_080 }] },
  });
  assert.equal(strategicMergePatch(service, { spec: { ports: [{ port: 1 }, { $patch: 'replace' }] } }), {
    spec: { ports: [{ port: 1 }] },
  });
});

strategic('containers and conditions merge by name and type, tolerations are atomic', () => {
  const target = {
    spec: {
      containers: [{ name: 'a', image: '1', env: [{ name: 'X', value: '1' }] }],
      tolerations: [{ key: 'old' }],
    },
    status: {
      conditions: [
        { type: 'Ready', status: 'False', reason: 'r' },
        { type: 'Other', status: 'True' },
      ],
    },
  };
  const patch = {
    spec: { containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }] }], tolerations: [{ key: 'new' }] },
    status: { conditions: [{ type: 'Ready', status: 'True', reason: null }] },
  };
  assert.equal(strategicMergePatch(target, patch), {
    spec: {
      containers: [
        {
          name: 'a',
          image: '1',
          env: [
            { name: 'X', value: '1' },
            { name: 'Y', value: '2' },
          ],
        },
      ],
      tolerations: [{ key: 'new' }],
    },
    status: {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Other', status: 'True' },
      ],
    },
  });
});

strategic('null deletes, $retainKeys keeps only its keys, primitive lists merge as sets', () => {
  assert.equal(strategicMergePatch({ a: 1, b: 2 }, { a: null }), { b: 2 });
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } };
  assert.equal(strategicMergePatch({ strategy }, { strategy: { $retainKeys: ['type'], type: 'Recreate' } }), {
    strategy: { type: 'Recreate' },
  });
  const metadata = { finalizers: ['a', 'b'] };
  assert.equal(strategicMergePatch({ metadata }, { metadata: { finalizers: ['b', 'c'] } }), {
    metadata: { finalizers: ['a', 'b', 'c'] },
  });
  assert.equal(
    strategicMergePatch({ metadata }, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }),
    {
      metadata: { finalizers: ['b'] },
    },
  );
});

strategic('taints merge by key; an element without its key is refused', () => {
  const spec = { taints: [{ key: 'a', effect: 'NoSchedule' }] };
  assert.equal(strategicMergePatch({ spec }, { spec: { taints: [{ key: 'b', effect: 'NoExecute' }] } }), {
    spec: {
      taints: [
        { key: 'a', effect: 'NoSchedule' },
        { key: 'b', effect: 'NoExecute' },
      ],
    },
  });
  assert.throws(
    () => strategicMergePatch({ spec }, { spec: { taints: [{ key: 'b' }, { effect: 'x' }] } }),
    /merge key/,
  );
});
strategic.run();
