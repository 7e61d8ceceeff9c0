import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nearest } from '../../../src/scenario/nearest.ts';

const words = ['description', 'duration', 'kind', 'name', 'nodes'];

test('a slip of a letter or two finds its word', () => {
  assert.is(nearest('descripton', words), 'description');
  assert.is(nearest('durations', words), 'duration');
  assert.is(nearest('nmae', ['name']), 'name'); // a swap of neighbours is one slip
  assert.is(nearest('mane', ['name']), undefined);
  assert.is(nearest('Kind', words), 'kind');
});

test('a word that is close to none finds none', () => {
  assert.is(nearest('zzz', words), undefined);
  assert.is(nearest('', words), undefined);
  assert.is(nearest('kind', []), undefined);
});

test('the nearest of several, the first of equals', () => {
  assert.is(nearest('node', ['nodes', 'name']), 'nodes');
  assert.is(nearest('bat', ['cat', 'hat']), 'cat');
});

test.run();
