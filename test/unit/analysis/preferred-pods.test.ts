import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { preferredPods } from '../../../src/analysis/build/preferred-pods.ts';
import type { TopologyNode } from '../../../src/history/schema.ts';

const node = (name: string, zone?: string): TopologyNode => ({
  name,
  pool: 'p',
  address: '10.0.0.1',
  preemptible: false,
  labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone },
  controlPlane: false,
});
const nodes = [node('a', 'z1'), node('b', 'z1'), node('c', 'z2'), node('bare', 'z2'), node('far', 'z3')];
const pods = new Map([
  ['a', 2],
  ['b', 1],
  ['c', 1],
]);
const by = (from: string, distribution: Parameters<typeof preferredPods>[3], among = nodes) => {
  const found = among.find(({ name }) => name === from);
  if (found === undefined) throw new Error(from);
  return Object.fromEntries(preferredPods(pods, among, found, distribution));
};
const all = { a: 2, b: 1, c: 1 };

test('which pods a node sends to, by preference', () => {
  assert.equal(by('a', null), all);
  assert.equal(by('a', 'PreferSameNode'), { a: 2 });
  assert.equal(by('a', 'PreferSameZone'), { a: 2, b: 1 });
  assert.equal(by('bare', 'PreferSameNode'), { c: 1 });
  assert.equal(by('bare', 'PreferClose'), { c: 1 });
  assert.equal(by('far', 'PreferSameZone'), all);
});

test('a pod outside any zone switches the preference for zones off', () => {
  const some = [node('a', 'z1'), node('b', 'z1'), node('c'), node('bare', 'z1')];
  assert.equal(by('bare', 'PreferSameZone', some), all);
  assert.equal(by('a', 'PreferSameNode', some), { a: 2 });
});

test.run();
