import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adviceOf, MidflightError } from '../../../src/base/errors.ts';

test('what to do stands beside what happened', () => {
  assert.is(
    adviceOf(new MidflightError('cluster-failed', 'it broke', { hint: 'mend it' })),
    'it broke (mend it)',
  );
});

test('where nothing can be done the message is all', () => {
  assert.is(adviceOf(new MidflightError('cluster-failed', 'it broke')), 'it broke');
  assert.is(adviceOf(new Error('it broke')), 'it broke');
  assert.is(adviceOf('it broke'), 'it broke');
});

test.run();
