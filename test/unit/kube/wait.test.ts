import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { waitFor } from '../../../src/kube/wait.ts';

const never = new AbortController().signal;
const hangs = () => new Promise<boolean>(() => {});

async function thrown(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  return assert.unreachable() as never;
}

test('it asks until the answer is yes', async () => {
  let asked = 0;
  await waitFor('the third answer', 60_000, never, async () => ++asked === 3, { pauseMs: 1 });
  assert.is(asked, 3);
});

test('a question without an answer ends at the limit all the same, with what was waited for', async () => {
  const error = await thrown(waitFor('a node', 5, never, hangs));
  assert.ok(error instanceof MidflightError && error.code === 'cluster-failed');
  assert.match((error as Error).message, /timed out after 0 s waiting for a node/);
});

test("an abort ends it with the signal's reason, before or amid a question", async () => {
  const reason = new MidflightError('interrupted', 'SIGINT');
  assert.is(await thrown(waitFor('x', 60_000, AbortSignal.abort(reason), hangs)), reason);
  const later = new AbortController();
  const waiting = thrown(waitFor('x', 60_000, later.signal, hangs));
  later.abort(reason);
  assert.is(await waiting, reason);
});

test('what the question throws is thrown', async () => {
  const error = new Error('no such node');
  assert.is(await thrown(waitFor('x', 60_000, never, () => Promise.reject(error))), error);
});

test.run();
