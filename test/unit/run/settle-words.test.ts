import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unsettledWords } from '../../../src/run/trial/settle.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `node-${index}`);

test('missing and surplus targets are listed by name', () => {
  assert.is(
    unsettledWords(new Set(['a', 'x']), new Set(['a', 'b'])),
    '1 of 2 nodes are not green although they should be (b); 1 is green and should not be (x)',
  );
});

test('of two hundred nodes a few names', () => {
  const words = unsettledWords(new Set(['node-0']), new Set(names(200)));
  assert.match(words, '199 of 200 nodes');
  assert.match(words, 'node-5 and 194 others');
  assert.ok(words.length < 150, words);
});

test('the right nodes under the other policy', () => {
  assert.match(unsettledWords(new Set(['a']), new Set(['a'])), 'has not taken the policy');
});

test.run();
