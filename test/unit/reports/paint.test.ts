import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { paint } from '../../../src/reports/paint.ts';

test('without colour the text is left as it is', () => {
  const plain = paint(false);
  for (const style of Object.values(plain)) assert.is(style('x'), 'x');
});

test('styles nest, each with an end of its own', () => {
  const { bold, red } = paint(true);
  assert.is(bold(red('x')), '\u001b[1m\u001b[31mx\u001b[39m\u001b[22m');
});

test.run();
