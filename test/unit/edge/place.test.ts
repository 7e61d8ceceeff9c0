import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { place } from '../../../src/edge/place.ts';
import type { Target } from '../../../src/edge/targets.ts';
import { presets } from '../../../src/presets/index.ts';

const targets = ['a', 'b', 'c', 'd'].map(
  (name): Target => ({ name, address: '', portOffset: 0, hello: false }),
);
const draws = Array.from({ length: 400 }, (_, index) => (index * 2_654_435_761) % 2 ** 32);
const nodesOf = (name: keyof typeof presets, healthy: string, among = targets) =>
  draws.map((draw) => place(presets[name], among, (node) => healthy.includes(node), draw)?.name ?? '-');
const used = (nodes: string[]) => [...new Set(nodes)].sort().join('');

test('each: every healthy node, at random; all nodes if none is healthy and the preset allows it', () => {
  assert.is(used(nodesOf('gke-neg', 'abd')), 'abd');
  assert.is(used(nodesOf('gke-neg', '')), 'abcd');
  assert.is(used(nodesOf('azure', '')), '-');
});

test('panic: below half of the nodes healthy an old cloud-provider-kind uses all, today it does not', () => {
  assert.is(used(nodesOf('cloud-provider-kind-old', 'ab')), 'ab');
  assert.is(used(nodesOf('cloud-provider-kind-old', 'a')), 'abcd');
  assert.is(used(nodesOf('cloud-provider-kind', 'a')), 'a');
});

test('one-node: a single announcer takes all, another when it is gone; it does not change for others', () => {
  const leader = used(nodesOf('metallb-l2', 'abcd'));
  assert.is(leader.length, 1);
  const others = 'abcd'.replace(leader, '');
  const second = used(nodesOf('metallb-l2', others));
  assert.is(second.length, 1);
  assert.not.equal(second, leader);
  assert.is(used(nodesOf('metallb-l2', leader + others[0])), leader);
});

test('ecmp: one next hop less moves connections of those that stay as well', () => {
  const [before, after] = [nodesOf('metallb-bgp', 'abcd'), nodesOf('metallb-bgp', 'abc')];
  assert.is(used(before), 'abcd');
  const moved = before.filter((node, index) => node !== 'd' && node !== after[index]).length;
  const stayed = before.filter((node, index) => node === after[index]).length;
  assert.ok(moved > 0.3 * draws.length && stayed > 0, `${moved} moved, ${stayed} stayed`);
});

test.run();
