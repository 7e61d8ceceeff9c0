import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { failureOf } from '../../../src/cli/failure.ts';
import { ScenarioError } from '../../../src/scenario/error.ts';

test('a known error is one clean block: the place, what happened, and the hint', () => {
  const error = new MidflightError('provider-failed', 'no Docker', {
    where: 'kind',
    hint: 'start it:\nsudo dockerd',
  });
  assert.equal(failureOf(error), {
    text: 'midflight: kind: no Docker\n  start it:\n  sudo dockerd\n',
    exitCode: 3,
  });
  assert.equal(failureOf(new MidflightError('bad-usage', 'what?')), {
    text: 'midflight: what?\n',
    exitCode: 64,
  });
});

test('a scenario shows each of its problems', () => {
  const place = { file: 'a.yaml', line: 3, col: 7 };
  const error = new ScenarioError([
    { ...place, what: 'one', hint: 'do this' },
    { ...place, line: 4, what: 'two', hint: null },
  ]);
  assert.equal(failureOf(error), { text: 'a.yaml:3:7: one\n  do this\na.yaml:4:7: two\n', exitCode: 64 });
});

test('problems beyond those shown are counted', () => {
  const problem = { file: 'a.yaml', line: 3, col: 7, what: 'one', hint: null };
  assert.is(
    failureOf(new ScenarioError([problem], 7)).text,
    'a.yaml:3:7: one\nand 7 more problems; fix these first\n',
  );
  assert.match(failureOf(new ScenarioError([problem], 1)).text, 'and 1 more problem;');
});

test('anything else is a defect, with its stack', () => {
  const failure = failureOf(new TypeError('x is not a function'));
  assert.is(failure.exitCode, 70);
  assert.match(failure.text, /internal error/);
  assert.match(failure.text, /failure\.test\.ts/);
  assert.is(failureOf('thrown text').exitCode, 70);
  assert.is(failureOf(new MidflightError('internal', 'x')).exitCode, 70);
});

test.run();
