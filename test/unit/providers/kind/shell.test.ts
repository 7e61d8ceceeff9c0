import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runShell } from '../../../../src/providers/kind/shell.ts';

test('a program that ends before it has read its input fails with its own exit code', async () => {
  const input = 'x'.repeat(10_000_000);
  const { ok, stderr } = await runShell(['sh', '-c', 'exec <&-; echo no such context >&2; exit 1'], {
    input,
  });
  assert.equal([ok, stderr], [false, 'no such context\n']);
});

test('an aborted signal ends the program, with the signal as the reason', async () => {
  const control = new AbortController();
  const ended = runShell(['sleep', '900'], { signal: control.signal }).catch((error: unknown) => error);
  const reason = new Error('interrupted');
  setTimeout(() => control.abort(reason), 50);
  assert.is(await ended, reason);
});

test.run();
