import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exitCodes } from '../../../src/base/errors.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { exitCodeOf, worstOf } from '../../../src/cli/exit-codes.ts';

test('a completed run gives its verdict', () => {
  const of = (verdict: 'pass' | 'fail' | 'unknown') => exitCodeOf({ outcome: 'completed', verdict });
  assert.equal([of('pass'), of('fail'), of('unknown')], [0, 1, 2]);
});

test('how a run ended comes before its verdict', () => {
  for (const verdict of ['pass', 'fail', 'unknown'] as const) {
    assert.is(exitCodeOf({ outcome: 'interrupted', verdict }), 130);
    assert.is(exitCodeOf({ outcome: 'aborted', verdict }), 3);
    assert.is(exitCodeOf({ outcome: 'failed', verdict }), 3);
  }
});

test('of several the gravest, a failure before a doubt', () => {
  assert.is(worstOf([0, 0]), 0);
  assert.is(worstOf([0, 2, 1]), 1);
  assert.is(worstOf([1, 3, 0]), 3);
  assert.is(worstOf([3, 130]), 130);
  assert.is(worstOf([64, 0]), 64);
  assert.is(worstOf([]), 0);
});

test('every code is documented', () => {
  const document = readFileSync(join(packageRoot(), 'docs', 'exit-codes.md'), 'utf8');
  for (const [name, code] of Object.entries(exitCodes))
    assert.match(document, new RegExp(`^\\| ${code} +\\| ${name} `, 'm'));
});

test.run();
