import { openSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { knownError, machineErrorOf, writeFailure } from '../../../src/base/machine-error.ts';

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test("the machine's refusals have exit code 3, the path and what to do", () => {
  for (const code of [
    'ENOSPC',
    'EROFS',
    'EACCES',
    'EPERM',
    'EMFILE',
    'ENFILE',
    'EAGAIN',
    'ENOMEM',
    'EIO',
    'EFBIG',
    'EDQUOT',
  ]) {
    const error = machineErrorOf(Object.assign(new Error(code), { code, path: '/full/x', syscall: 'write' }));
    assert.equal([error?.exitCode, error?.where], [3, '/full/x'], code);
    assert.ok(error?.message.endsWith(`(${code})`) && error.hint !== undefined);
  }
});

test('anything else stays what it is', () => {
  const missing = thrown(() => readFileSync('/no/such/file'));
  assert.is(machineErrorOf(missing), null);
  assert.is(knownError(missing), missing);
  assert.is(machineErrorOf(new TypeError('x is not a function')), null);
  const own = new MidflightError('internal', 'ours');
  assert.is(knownError(own), own);
});

test('a real refusal of the file system is one', () => {
  const error = thrown(() => openSync('/proc/1/cwd/../proc/version', 'w'));
  const known = machineErrorOf(error);
  assert.ok(known === null || known.exitCode === 3);
  assert.is(
    writeFailure(Object.assign(new Error(), { code: 'ENOSPC' })),
    'no space is left on the disk (ENOSPC)',
  );
});

test.run();
