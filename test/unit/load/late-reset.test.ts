import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { probe } from '../../../src/load/probe/probe.ts';
import { gather, probeAt, targetAt } from '../../support/load.ts';

// A busy client finds the last bytes and a reset at the same time. It must not take that for an end in order.
async function heldUp(how: 'fin' | 'rst', layer: 'tcp' | 'tls') {
  const child = fork(join(packageRoot(), 'test/support/reset-server.ts'), [how, layer], {
    execArgv: ['--import', 'tsx'],
  });
  const [message] = await once(child, 'message');
  const said = gather();
  const tls = layer === 'tls';
  const target = targetAt('127.0.0.1', message.port, { tls, insecure: true, path: '/' });
  const options = { rate: 1, timeoutMs: 5000, holdMs: 5000, app: false } as const;
  const load = probe(probeAt(target, options), said, monotonic);
  load.begin();
  while (said.starts.size < 1) await monotonic.sleep(1);
  // By now the request is on its way, and the answer not.
  await monotonic.sleep(70);
  const until = performance.now() + 500;
  while (performance.now() < until);
  load.quiesce();
  await said.idle(10_000);
  load.stop();
  child.disconnect();
  await once(child, 'exit');
  return said.ends.map(({ outcome, errno }) => `${outcome} ${errno}`);
}

for (const layer of ['tcp', 'tls'] as const) {
  test(`${layer}: a reset`, async () => {
    assert.equal(await heldUp('rst', layer), ['reset-mid-body ECONNRESET']);
  });
  test(`${layer}: an end in order`, async () => {
    assert.equal(await heldUp('fin', layer), ['truncated null']);
  });
}

test.run();
