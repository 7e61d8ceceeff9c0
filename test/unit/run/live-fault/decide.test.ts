import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type DrainedPod,
  evictionRefusals,
  type LiveNode,
  leavesDrained,
  type OwnPlace,
  targetRefusals,
} from '../../../../src/run/live-fault/decide.ts';

const optIn = { key: 'midflight.dev/chaos', value: 'allowed' };
const node = (name: string, more: Partial<LiveNode> = {}): LiveNode => ({
  ...{ name, labels: { [optIn.key]: optIn.value }, ready: true, controlPlane: false },
  ...{ zone: null, providerID: null, addresses: [] },
  ...more,
});
const outside: OwnPlace = { hostname: 'laptop', addresses: ['192.0.2.7'], inPod: false, podNode: null };

type Question = Parameters<typeof targetRefusals>[0];
const refusals = (more: Partial<Question>) =>
  targetRefusals({
    ...{ fault: 'drain', targets: ['a'], nodes: [node('a'), node('b'), node('c')] },
    ...{ ingress: new Set(['a', 'b']), optIn, maxNodes: 1, own: outside },
    ...more,
  });

test('a labelled node of several, away from midflight: allowed', () => {
  for (const fault of ['drain', 'pod-delete', 'command'] as const) assert.equal(refusals({ fault }), []);
});

test('without the label, with another value, or not there: refused', () => {
  const nodes = [node('a', { labels: {} }), node('b'), node('c', { labels: { [optIn.key]: 'no' } })];
  assert.match(refusals({ nodes })[0] ?? '', 'node a has not the label midflight.dev/chaos=allowed');
  assert.match(refusals({ nodes, targets: ['c'] })[0] ?? '', 'node c has not the label');
  assert.equal(refusals({ targets: ['nobody'] }), ['there is no node nobody']);
  assert.equal(refusals({ targets: [] }), ['no node is named']);
});

test('at most maxNodes at once; nodes that are out already count, one named twice counts once', () => {
  assert.match(refusals({ targets: ['b', 'c'] })[0] ?? '', '2 nodes asked for: at most 1 may be out at once');
  assert.equal(refusals({ targets: ['c', 'c'] }), []);
  assert.equal(refusals({ targets: ['b', 'c'], maxNodes: 2 }), []);
  const nodes = [node('a'), node('b'), node('c', { ready: false })];
  assert.match(refusals({ nodes })[0] ?? '', '1 node asked for, and c not Ready already: at most 1');
  assert.equal(refusals({ nodes, maxNodes: 2 }), []);
  const foreign = [node('a'), node('b'), node('c', { ready: false, labels: {} })];
  assert.equal(refusals({ nodes: foreign }), []);
});

test('the last node with a ready pod of the Service stays, for every fault', () => {
  for (const fault of ['drain', 'pod-delete', 'command'] as const) {
    assert.equal(refusals({ fault, ingress: new Set(['a']) }), [
      'no node with a ready pod of the Service would be left',
    ]);
    assert.equal(refusals({ fault, targets: ['a', 'b'], maxNodes: 2 }), [
      'no node with a ready pod of the Service would be left',
    ]);
    assert.equal(refusals({ fault, targets: ['c'], ingress: new Set(['a']) }), []);
  }
  const dead = [node('a'), node('b', { ready: false, labels: {} })];
  assert.is(refusals({ nodes: dead }).length, 1);
});

test('the last ready node of the control plane stays; a pod on it may go', () => {
  const plane = { controlPlane: true };
  const one = [node('a', plane), node('b')];
  assert.equal(refusals({ nodes: one }), ['no ready node of the control plane would be left']);
  assert.equal(refusals({ nodes: one, fault: 'pod-delete' }), []);
  assert.equal(refusals({ nodes: [node('a', plane), node('b', plane)] }), []);
  const other = [node('a', plane), node('b', { ...plane, ready: false, labels: {} }), node('c')];
  assert.is(refusals({ nodes: other, ingress: new Set(['a', 'c']) }).length, 1);
  assert.equal(refusals({ nodes: [node('a'), node('b')] }), [], 'a managed control plane has no nodes');
});

test('the node that runs midflight stays: by its pod, its name or its address', () => {
  const pod = (podNode: string | null): OwnPlace => ({ ...outside, inPod: true, podNode });
  assert.equal(refusals({ own: pod('a') }), ['node a runs midflight']);
  assert.equal(refusals({ own: pod('b') }), []);
  assert.match(refusals({ own: pod(null) })[0] ?? '', 'which node runs midflight is not known');
  assert.equal(refusals({ own: { ...outside, hostname: 'a' } }), ['node a runs midflight']);
  const nodes = [node('a', { addresses: ['10.0.0.1', '192.0.2.7'] }), node('b')];
  assert.equal(refusals({ nodes }), ['node a runs midflight']);
  // In a pod the machine's own names and addresses are the pod's.
  assert.equal(refusals({ nodes, own: pod('b') }), []);
});

test('a node that is not Ready cannot be taken, and every reason is given', () => {
  const nodes = [node('a', { ready: false, labels: {}, controlPlane: true }), node('b')];
  const all = refusals({ nodes, targets: ['a', 'x'], ingress: new Set(['a']) });
  assert.is(all.length, 6);
  assert.match(all.join('\n'), 'node a is not Ready already');
});

const pod = (more: Partial<DrainedPod>): DrainedPod => ({
  ...{ namespace: 'web', name: 'p', ownerKind: 'ReplicaSet', localData: false },
  ...more,
});

test('a drain leaves pods of DaemonSets and static ones, and refuses what nobody would make again', () => {
  assert.equal(
    ['ReplicaSet', 'DaemonSet', 'Node', null].map((ownerKind) => leavesDrained({ ownerKind })),
    [true, false, false, true],
  );
  assert.equal(evictionRefusals([pod({}), pod({ ownerKind: 'DaemonSet', localData: true })], false), []);
  assert.match(evictionRefusals([pod({ ownerKind: null })], true)[0] ?? '', 'pod web/p has no controller');
  assert.match(evictionRefusals([pod({ localData: true })], false)[0] ?? '', '--delete-emptydir-data');
  assert.equal(evictionRefusals([pod({ localData: true })], true), []);
});

test.run();
