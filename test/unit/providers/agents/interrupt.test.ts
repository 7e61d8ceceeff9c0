import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ChangeLog } from '../../../../src/changes/change-log.ts';
import { noWorld } from '../../../../src/changes/no-world.ts';
import { waitFor } from '../../../../src/kube/wait.ts';
import type { K6Config } from '../../../../src/load/config.ts';
import { podAgents } from '../../../../src/providers/agents/index.ts';
import { runnersOf } from '../../../../src/providers/agents/k6.ts';
import { fakeRole } from '../../../support/fake-role.ts';

/* Ctrl-C while pods are waited for, with an API server that takes what is made and then answers no more. */
const folder = mkdtempSync(join(tmpdir(), 'midflight-interrupt-'));
const asked = join(folder, 'asked');
const kubectl = `#!/bin/sh
case "$*" in
  *create*) cat > /dev/null ;;
  *jsonpath*) echo 10.0.0.1 ;;
  *"get pods"*) : > ${asked}; exec sleep 900 ;;
esac
`;
writeFileSync(join(folder, 'kubectl'), kubectl, { mode: 0o755 });
const { PATH } = process.env;
process.env.PATH = [folder, PATH].join(delimiter);
test.before.each(() => rmSync(asked, { force: true }));
test.after(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

const options = {
  count: 2,
  context: 'prod',
  kubeconfig: undefined,
  namespace: 'load',
  image: 'own:1',
  limitSeconds: 60,
  hostNetwork: false,
};
const changesOf = (signal: AbortSignal): Pick<ChangeLog, 'make'> => ({
  make: (kind, target, wanted) => kind.do(noWorld(signal), { target, wanted, before: null as never }),
});
const interrupted = new Error('interrupted');

/** What `work` ends with if it is interrupted as soon as it has asked for the pods. */
async function interruptedOnceAsked(work: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  const control = new AbortController();
  const ended = work(control.signal).catch((error: unknown) => error);
  const seen = waitFor('the pods to be asked for', 60_000, control.signal, async () => existsSync(asked));
  await Promise.race([ended, seen]);
  control.abort(interrupted);
  return ended;
}

test('Ctrl-C ends the wait for agents', async () => {
  const end = await interruptedOnceAsked((signal) => podAgents(options, changesOf(signal), signal).start());
  assert.is(end, interrupted);
});

test("Ctrl-C ends the wait for k6's runners, and their engine with it", async () => {
  const engine = fakeRole('k6');
  const config = {
    role: 'k6',
    script: '',
    file: null,
    target: { host: '127.0.0.1', port: 80 },
    runners: { count: 2, port: 0 },
  };
  const end = await interruptedOnceAsked((signal) =>
    runnersOf({ options, changes: changesOf(signal), signal, gatePod: 'pod-0' }, config as K6Config, {
      start: async () => engine,
      heard: (news) => news,
    }),
  );
  assert.is(end, interrupted);
  await engine.exited;
});

test.run();
