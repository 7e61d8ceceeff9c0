import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { duringName, runDuring } from '../../../src/run/user-command.ts';

const session = { record: () => {} };
const never = new AbortController().signal;
const failing = async () => {
  throw new MidflightError('cluster-failed', '3 streams were lost');
};

test("a program's own function threw; what midflight itself does was stopped", async () => {
  const own = await runDuring(failing, duringName, never, session);
  assert.is(own.failure, 'during() threw: 3 streams were lost');
  const flip = await runDuring(failing, 'flip web/traefik to Local by exclude-first', never, session);
  assert.is(flip.failure, 'flip web/traefik to Local by exclude-first was stopped: 3 streams were lost');
});

test('what ends well has no failure, and a watch that ends early waits for nothing', async () => {
  assert.equal(await runDuring(async () => {}, duringName, never, session), { exitCode: 0, failure: null });
  const endless = () => new Promise<void>(() => {});
  const controller = new AbortController();
  const ending = runDuring(endless, duringName, controller.signal, session);
  controller.abort();
  assert.is((await ending).failure, null);
  assert.is((await runDuring(endless, duringName, AbortSignal.abort(), session)).failure, null);
});

test.run();
