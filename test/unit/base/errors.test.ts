import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adviceOf, MidflightError } from '../../../src/base/errors.ts';

test('the hint is printed below what happened', () => {
  assert.is(
    adviceOf(new MidflightError('cluster-failed', 'it broke', { hint: 'mend it' })),
    'it broke (mend it)',
  );
});

test('without a hint there is only the message', () => {
  assert.is(adviceOf(new MidflightError('cluster-failed', 'it broke')), 'it broke');
  assert.is(adviceOf(new Error('it broke')), 'it broke');
  assert.is(adviceOf('it broke'), 'it broke');
});

test.run();
