import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { explainCells } from '../../../src/reports/explain.ts';

test('each mark that occurs is explained, others are not', () => {
  const marks = (...cells: string[]) => explainCells(cells).map((text) => text.split(':')[0]);
  assert.equal(marks('20 %', '9 transit'), []);
  assert.equal(marks('none'), ['none']);
  assert.equal(marks('fault: none'), ['none']);
  assert.equal(marks('none of 60'), ['none']);
  assert.equal(marks('-'), ['-']);
  assert.equal(marks('unknown'), ['unknown']);
  assert.equal(marks('100 %, with its grace 0 %'), ['with its grace']);
  assert.equal(marks('>= 2.7 s'), ['>=']);
  assert.equal(marks('never recovered after 3.0 s'), ['never recovered']);
  assert.equal(marks('9 of 60, 15 % (8..26 %)'), ['a..b %']);
  assert.equal(marks('21.9 s (19.8..22.9), resolution 0.5 s'), ['resolution', '(a..b)']);
});

test.run();
