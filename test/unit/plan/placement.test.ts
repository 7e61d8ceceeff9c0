import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fittingNodes, placementOf } from '../../../src/plan/placement.ts';
import type { PlannedNode } from '../../../src/plan/schema.ts';

const node = (name: string, labels = {}, taints: PlannedNode['taints'] = []): PlannedNode => ({
  name,
  pool: 'pool',
  preemptible: false,
  labels,
  taints,
});
const dedicated = { key: 'dedicated', value: 'ingress', effect: 'NoSchedule' };
const nodes = [
  node('c', { role: 'a' }),
  node('b', { role: 'a' }, [dedicated]),
  node('a', { role: 'a' }, [{ ...dedicated, effect: 'PreferNoSchedule' }]),
  node('d', { role: 'b' }),
];
const names = (found: readonly PlannedNode[]) => found.map(({ name }) => name);

test('labels select, hard taints keep out, soft ones do not', () => {
  assert.equal(names(fittingNodes(nodes, { nodeSelector: { role: 'a' }, tolerations: [] })), ['c', 'a']);
  assert.equal(names(fittingNodes(nodes, { nodeSelector: {}, tolerations: [] })), ['c', 'a', 'd']);
});

test('tolerations: by key, by value, by effect, of everything', () => {
  const with_ = (toleration: Parameters<typeof fittingNodes>[1]['tolerations'][number]) =>
    names(fittingNodes(nodes, { nodeSelector: { role: 'a' }, tolerations: [toleration] })).includes('b');
  assert.ok(with_({ operator: 'Exists' }));
  assert.ok(with_({ operator: 'Exists', key: 'dedicated' }));
  assert.ok(with_({ operator: 'Equal', key: 'dedicated', value: 'ingress', effect: 'NoSchedule' }));
  assert.not.ok(with_({ operator: 'Equal', key: 'dedicated', value: 'other' }));
  assert.not.ok(with_({ operator: 'Equal', key: 'dedicated' }));
  assert.not.ok(with_({ operator: 'Exists', key: 'other' }));
  assert.not.ok(with_({ operator: 'Exists', key: 'dedicated', effect: 'NoExecute' }));
});

test('a DaemonSet runs on each node that fits, replicas are spread over them', () => {
  const placement = {
    nodeSelector: { role: 'a' },
    tolerations: [],
    terminationGraceMs: 0,
    preStopMs: 0,
    startDelayMs: 0,
  };
  const daemons = placementOf(nodes, { ...placement, kind: 'DaemonSet', replicas: 9 });
  assert.equal(
    [...daemons],
    [
      ['a', 1],
      ['c', 1],
    ],
  );
  const replicas = placementOf(nodes, { ...placement, kind: 'Deployment', replicas: 3 });
  assert.equal(
    [...replicas],
    [
      ['a', 2],
      ['c', 1],
    ],
  );
});

test('if nothing fits, nothing runs', () => {
  const placement = {
    nodeSelector: { role: 'z' },
    tolerations: [],
    terminationGraceMs: 0,
    preStopMs: 0,
    startDelayMs: 0,
  };
  assert.is(placementOf(nodes, { ...placement, kind: 'Deployment', replicas: 3 }).size, 0);
});

test.run();
