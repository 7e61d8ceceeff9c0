import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addressPool } from '../../../../src/cluster/node/pod-addresses.ts';

const rig = () => {
  const state = { now: 0, taken: [] as string[] };
  const config = { podAddresses: ['a', 'b', 'c'], timeScale: 4 };
  const addresses = addressPool(config, { now: () => state.now }, () => state.taken);
  return { state, addresses };
};

test('the first free address, in the same place each time', () => {
  const { state, addresses } = rig();
  assert.is(addresses.take(), 'a');
  state.taken = ['a'];
  assert.is(addresses.take(), 'b');
  state.taken = ['a', 'b', 'c'];
  assert.is(addresses.take(), undefined);
});

test('a pod that has just ended leaves its address to nobody for a minute of cluster time', () => {
  const { state, addresses } = rig();
  addresses.freed('a');
  assert.is(addresses.take(), 'b');
  state.now = 15.1e9;
  assert.is(addresses.take(), 'a');
});

test('if there is no other, it is given again all the same', () => {
  const { state, addresses } = rig();
  state.taken = ['b', 'c'];
  addresses.freed('a');
  addresses.freed(undefined);
  assert.is(addresses.take(), 'a');
});

test.run();
